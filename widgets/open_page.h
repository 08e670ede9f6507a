#pragma once

#include <QStringList>
#include <QWidget>
#include <filesystem>
#include <memory>

#include "core/exporter/verify.h"
#include "core/model/model.h"
#include "widgets/recent_session.h"

class QFormLayout;
class QLabel;
class QListWidget;
class QPushButton;

namespace salient {

/// Where a session begins: the bundled demo, recent models, a folder; and the facts of what is open.
class OpenPage : public QWidget {
    Q_OBJECT
public:
    explicit OpenPage(QWidget* parent = nullptr);

    void setRecent(const QStringList& paths);
    /// Sessions that can be gone on with, latest first.
    void setSessions(const std::vector<RecentSession>& sessions);
    /// Whether "Start anew" is offered beside an open model.
    void setStartAnewOffered(bool is_offered);
    void setDemoAvailable(bool available);
    /// Null: nothing is open.
    void setModel(const std::shared_ptr<const Model>& model);
    /// What examining the files of the open model found.
    void setExamination(const VerifyReport& report);

signals:
    void demoRequested();
    void browseRequested();
    void recipeRequested();
    void lessonsRequested();
    void openRequested(const QString& path);
    void nextRequested();
    /// Offered for quantized models: every layer is read and checked.
    void examinationRequested();
    void sessionRequested(const QString& folder);
    void sessionRemovalRequested(const QString& folder);
    void startAnewRequested();

private:
    QPushButton* demo_;
    QListWidget* recent_;
    QWidget* recent_box_;
    QListWidget* sessions_;
    QWidget* sessions_box_;
    QWidget* facts_box_;
    QLabel* facts_title_;
    QLabel* facts_;
    QPushButton* examine_;
    QLabel* verdict_;
    QListWidget* findings_;
    QPushButton* next_;
    QPushButton* anew_;
    bool is_anew_offered_ = false;
};

/// What to call a model in titles: its folder's name, with the parent's where that says too little.
[[nodiscard]] QString modelTitle(const std::filesystem::path& folder);
/// Name and value of each fact worth knowing before any work: family, sizes, stored type, context, vocabulary.
[[nodiscard]] std::vector<std::pair<QString, QString>> modelFacts(const Model& model);

}  // namespace salient
