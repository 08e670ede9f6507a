#pragma once

#include <QStringList>
#include <QWidget>
#include <vector>

#include "core/exporter/loader_verdicts.h"
#include "core/exporter/verify.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace salient {

/// Writing a run as a checkpoint: format, folder, what stands in the way, what loaders will say, and what reading it back found.
/// Below it, the report.
class ExportPanel : public QWidget {
    Q_OBJECT
public:
    explicit ExportPanel(QWidget* parent = nullptr);

    /// Names of the runs that have a result.
    void setRuns(const QStringList& names);
    void setCurrentRun(const QString& name);
    [[nodiscard]] QString currentRun() const;
    [[nodiscard]] ExportFormat format() const;
    void setFormat(ExportFormat format);
    /// What quantized layers become in a GGUF file.
    [[nodiscard]] GgufWeights ggufWeights() const;
    void setFolder(const QString& folder);
    [[nodiscard]] QString folder() const;
    void setReportFolder(const QString& folder);
    [[nodiscard]] QString reportFolder() const;

    /// For the current run and format: reasons against it, what loaders will make of it where there are none, remarks, expected size
    /// (≤ 0: unknown).
    void setForecast(const std::vector<std::string>& obstacles, const std::vector<LoaderVerdict>& loaders,
                     const std::vector<std::string>& remarks, std::int64_t size_bytes);
    void setVerification(const QString& folder, const VerifyReport& report);
    void setReportWritten(const QString& folder);
    void setBusy(bool busy);

signals:
    /// Run or format changed: a new forecast is wanted.
    void choiceChanged();
    /// Another run: a format that can hold it may be proposed. choiceChanged() follows.
    void runChosen();
    void browseRequested();
    void browseReportRequested();
    void exportRequested();
    void reportRequested();
    void openFolderRequested(const QString& folder);

private:
    [[nodiscard]] QWidget* makeExportBox();
    [[nodiscard]] QWidget* makeReportBox();
    void updateButtons();
    void forgetVerdict();  ///< what was found concerns another choice, or is about to be replaced

    QComboBox* run_;
    QComboBox* format_;
    QComboBox* gguf_weights_;
    QLineEdit* folder_;
    QLabel* size_;
    QListWidget* notes_;
    QPushButton* export_;
    QLabel* verdict_;
    QPushButton* show_folder_;
    QListWidget* findings_;
    QLineEdit* report_folder_;
    QPushButton* report_;
    QLabel* report_state_;
    QString written_folder_;
    bool has_obstacles_ = false;
    bool is_busy_ = false;
};

}  // namespace salient
