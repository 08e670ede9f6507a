#include "widgets/export_panel.h"

#include <QComboBox>
#include <QDir>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "widgets/kept_settings.h"
#include "widgets/note_list.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/text_width.h"

namespace salient {

namespace {

constexpr int kChoiceWidth = 70;  // average characters
constexpr int kRowSpacing = 6;

struct FormatText {
    ExportFormat format;
    const char* title;
    const char* tip;
};
constexpr FormatText kFormats[] = {
    {ExportFormat::Gptq, QT_TRANSLATE_NOOP("salient::ExportPanel", "GPTQ"),
     QT_TRANSLATE_NOOP("salient::ExportPanel", "qweight, qzeros, scales, g_idx: AutoGPTQ, GPTQModel, vLLM, Transformers")},
    {ExportFormat::Awq, QT_TRANSLATE_NOOP("salient::ExportPanel", "AWQ"),
     QT_TRANSLATE_NOOP("salient::ExportPanel", "GEMM packing of AutoAWQ: vLLM, Transformers")},
    {ExportFormat::CompressedTensors, QT_TRANSLATE_NOOP("salient::ExportPanel", "compressed-tensors"),
     QT_TRANSLATE_NOOP("salient::ExportPanel", "W4A16 packed or W8A8 int8: vLLM, Transformers")},
    {ExportFormat::Gguf, QT_TRANSLATE_NOOP("salient::ExportPanel", "GGUF"),
     QT_TRANSLATE_NOOP("salient::ExportPanel", "One file with tokenizer: llama.cpp and what is built on it")},
    {ExportFormat::Dequantized, QT_TRANSLATE_NOOP("salient::ExportPanel", "Dequantized safetensors"),
     QT_TRANSLATE_NOOP("salient::ExportPanel", "The rounded weights as 16-bit floats: loads everywhere, saves no space")},
};

struct WeightsText {
    GgufWeights weights;
    const char* title;
};
constexpr WeightsText kWeights[] = {
    {GgufWeights::Lossless, QT_TRANSLATE_NOOP("salient::ExportPanel", "Q4_0, Q4_1 or Q8_0: the codes as they are")},
    {GgufWeights::Q8_0, QT_TRANSLATE_NOOP("salient::ExportPanel", "Q8_0: dequantized, rounded to 8 bits")},
    {GgufWeights::Q4_K_M, QT_TRANSLATE_NOOP("salient::ExportPanel", "Q4_K_M: the weights, rounded to 4.5 bits, some to 6.6")},
    {GgufWeights::Q4_K, QT_TRANSLATE_NOOP("salient::ExportPanel", "Q4_K: the weights, rounded to 4.5 bits")},
    {GgufWeights::Q6_K, QT_TRANSLATE_NOOP("salient::ExportPanel", "Q6_K: the weights, rounded to 6.6 bits")},
    {GgufWeights::F16, QT_TRANSLATE_NOOP("salient::ExportPanel", "F16: dequantized")},
    {GgufWeights::BF16, QT_TRANSLATE_NOOP("salient::ExportPanel", "BF16: dequantized")},
};

/// Of a loader, by Acceptance.
constexpr const char* kVerdicts[] = {
    QT_TRANSLATE_NOOP("salient::ExportPanel", "%1 accepts it"),
    QT_TRANSLATE_NOOP("salient::ExportPanel", "%1 runs it slowly"),
    QT_TRANSLATE_NOOP("salient::ExportPanel", "%1 takes it in part"),
    QT_TRANSLATE_NOOP("salient::ExportPanel", "%1 refuses it"),
};

}  // namespace

ExportPanel::ExportPanel(QWidget* parent)
    : QWidget(parent),
      run_(new QComboBox(this)),
      format_(new QComboBox(this)),
      gguf_weights_(new QComboBox(this)),
      folder_(new QLineEdit(this)),
      size_(new QLabel(this)),
      notes_(makeNotes(this, tr("Obstacles and remarks"))),
      export_(new QPushButton(tr("Export and verify"), this)),
      verdict_(new QLabel(this)),
      show_folder_(new QPushButton(tr("Open folder"), this)),
      findings_(makeNotes(this, tr("Findings of the verification"))),
      report_folder_(new QLineEdit(this)),
      report_(new QPushButton(tr("Write report"), this)),
      report_state_(plainLabel(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(16);
    layout->addWidget(makeExportBox());
    layout->addWidget(makeReportBox());
    layout->addStretch();
    keepSetting(run_, "export.run");
    keepSetting(format_, "export.format");  // after the run, which proposes one
    keepSetting(gguf_weights_, "export.layers");
    keepSetting(folder_, "export.folder");
    keepSetting(report_folder_, "export.report_folder");
    updateButtons();
}

QWidget* ExportPanel::makeExportBox() {
    auto* box = new QGroupBox(tr("Checkpoint"), this);
    run_->setToolTip(tr("The result to write"));
    for (const FormatText& format : kFormats) {
        format_->addItem(tr(format.title), static_cast<int>(format.format));
        format_->setItemData(format_->count() - 1, tr(format.tip), Qt::ToolTipRole);
    }
    format_->setToolTip(tr("What other programs will load"));
    for (const WeightsText& weights : kWeights) gguf_weights_->addItem(tr(weights.title), static_cast<int>(weights.weights));
    gguf_weights_->setAccessibleName(tr("Type of the layers"));
    gguf_weights_->setToolTip(tr("What quantized layers become in the file: llama.cpp's blocks of 32 hold some grids code by code"));
    folder_->setPlaceholderText(tr("A folder that does not exist yet, or is empty"));
    folder_->setToolTip(tr("Written under a temporary name beside it and renamed once complete: a cancelled export leaves nothing"));
    auto* browse = new QPushButton(tr("Choose…"), box);
    browse->setToolTip(tr("Choose where the new folder goes"));
    browse->setAutoDefault(false);
    auto* folder_row = new QHBoxLayout;
    folder_row->setSpacing(kRowSpacing);  // inside a form it would have none
    folder_row->addWidget(folder_, 1);
    folder_row->addWidget(browse);

    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->addRow(tr("Run"), run_);
    form->addRow(tr("Format"), format_);
    form->addRow(tr("Layers"), gguf_weights_);
    form->addRow(tr("Folder"), folder_row);
    form->addRow(tr("Size"), size_);
    run_->setAccessibleName(tr("Run"));
    format_->setAccessibleName(tr("Format"));
    folder_->setAccessibleName(tr("Folder"));
    for (QComboBox* combo : {run_, format_, gguf_weights_}) keepWidth(combo, kChoiceWidth);

    export_->setDefault(true);
    export_->setToolTip(tr("Write the checkpoint, then read it back with code of its own and compare every weight"));
    show_folder_->setToolTip(tr("Show the folder that was written, in the file manager"));
    show_folder_->setAutoDefault(false);
    show_folder_->hide();
    size_->setAccessibleName(tr("Size of the export"));
    verdict_->setAccessibleName(tr("Result of the verification"));
    verdict_->setWordWrap(true);
    for (QLabel* label : {size_, verdict_}) label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* action_row = new QHBoxLayout;
    action_row->addWidget(export_);
    action_row->addWidget(verdict_, 1);
    action_row->addWidget(show_folder_);

    auto* layout = new QVBoxLayout(box);
    layout->setSpacing(12);
    layout->addLayout(form);
    layout->addWidget(notes_, 1);
    layout->addLayout(action_row);
    layout->addWidget(findings_, 1);
    findings_->hide();

    connect(run_, &QComboBox::currentIndexChanged, this, [this] {
        forgetVerdict();
        emit runChosen();
        emit choiceChanged();
    });
    const auto show_weights = [this, form] { form->setRowVisible(gguf_weights_, format() == ExportFormat::Gguf); };
    show_weights();
    connect(format_, &QComboBox::currentIndexChanged, this, show_weights);
    connect(gguf_weights_, &QComboBox::currentIndexChanged, this, [this] {
        forgetVerdict();
        emit choiceChanged();
    });
    connect(format_, &QComboBox::currentIndexChanged, this, [this] {
        forgetVerdict();
        emit choiceChanged();
    });
    connect(folder_, &QLineEdit::textChanged, this, [this] {
        forgetVerdict();
        updateButtons();
    });
    connect(browse, &QPushButton::clicked, this, &ExportPanel::browseRequested);
    connect(export_, &QPushButton::clicked, this, [this] {
        forgetVerdict();
        emit exportRequested();
    });
    connect(show_folder_, &QPushButton::clicked, this, [this] { emit openFolderRequested(written_folder_); });
    return box;
}

QWidget* ExportPanel::makeReportBox() {
    auto* box = new QGroupBox(tr("Report"), this);
    report_folder_->setPlaceholderText(tr("Folder for report.html, report.pdf and report.json"));
    report_folder_->setAccessibleName(tr("Report folder"));
    report_folder_->setToolTip(tr("Made if it is not there; an earlier report in it is replaced"));
    auto* folder_label = new QLabel(tr("Folder"), box);
    folder_label->setBuddy(report_folder_);
    auto* browse = new QPushButton(tr("Choose…"), box);
    browse->setToolTip(tr("Choose a folder for the report"));
    browse->setAutoDefault(false);
    report_->setAutoDefault(false);
    report_->setToolTip(tr("All results so far with tables and plots, as one page, as PDF and as JSON"));
    auto* row = new QHBoxLayout;
    row->addWidget(folder_label);
    row->addWidget(report_folder_, 1);
    row->addWidget(browse);
    row->addWidget(report_);
    auto* layout = new QVBoxLayout(box);
    layout->addLayout(row);
    layout->addWidget(report_state_);
    report_state_->setAccessibleName(tr("Report"));
    report_state_->setWordWrap(true);
    report_state_->setText(tr("Tables, plots, settings and calibration of all results so far."));

    connect(browse, &QPushButton::clicked, this, &ExportPanel::browseReportRequested);
    connect(report_, &QPushButton::clicked, this, &ExportPanel::reportRequested);
    connect(report_folder_, &QLineEdit::textChanged, this, &ExportPanel::updateButtons);
    return box;
}

void ExportPanel::setRuns(const QStringList& names) {
    const QString before = run_->currentText();
    {
        const QSignalBlocker block(run_);
        run_->clear();
        run_->addItems(names);
        run_->setCurrentIndex(std::max(0, run_->findText(before)));
    }
    if (run_->currentText() != before) {
        forgetVerdict();
        emit runChosen();
    }
    updateButtons();
    emit choiceChanged();
}

void ExportPanel::setCurrentRun(const QString& name) {
    if (const int at = run_->findText(name); at >= 0) run_->setCurrentIndex(at);
}

QString ExportPanel::currentRun() const { return run_->currentText(); }
ExportFormat ExportPanel::format() const { return static_cast<ExportFormat>(format_->currentData().toInt()); }
GgufWeights ExportPanel::ggufWeights() const { return static_cast<GgufWeights>(gguf_weights_->currentData().toInt()); }

void ExportPanel::setFormat(ExportFormat format) { format_->setCurrentIndex(format_->findData(static_cast<int>(format))); }
void ExportPanel::setFolder(const QString& folder) { folder_->setText(QDir::toNativeSeparators(folder)); }
QString ExportPanel::folder() const { return folder_->text().trimmed(); }
void ExportPanel::setReportFolder(const QString& folder) { report_folder_->setText(QDir::toNativeSeparators(folder)); }
QString ExportPanel::reportFolder() const { return report_folder_->text().trimmed(); }

void ExportPanel::setForecast(const std::vector<std::string>& obstacles, const std::vector<LoaderVerdict>& loaders,
                              const std::vector<std::string>& remarks, std::int64_t size_bytes) {
    has_obstacles_ = !obstacles.empty();
    notes_->clear();
    if (obstacles.empty() && !currentRun().isEmpty())
        addNote(notes_, QStringLiteral("check"), tr("Nothing stands in the way of this export."));
    for (const std::string& text : obstacles) addNote(notes_, QStringLiteral("error"), QString::fromStdString(text));
    if (obstacles.empty()) {
        for (const LoaderVerdict& verdict : loaders) {
            const QString line = tr(kVerdicts[static_cast<std::size_t>(verdict.acceptance)]).arg(QString::fromStdString(verdict.loader));
            const QString why = QString::fromStdString(verdict.why);
            addNote(notes_, QStringLiteral("info"), why.isEmpty() ? line : QStringLiteral("%1: %2").arg(line, why));
        }
    }
    for (const std::string& text : remarks) addNote(notes_, QStringLiteral("info"), QString::fromStdString(text));
    size_->setText(size_bytes > 0 ? tr("about %1").arg(bytesText(size_bytes)) : QStringLiteral("–"));
    updateButtons();
}

void ExportPanel::setVerification(const QString& folder, const VerifyReport& report) {
    written_folder_ = folder;
    QString text = report.passed() ? tr("Written and verified: %1 of %2 quantized layers read back bit for bit as meant.")
                                   : tr("Written, but verification failed: %1 of %2 quantized layers are as meant.");
    text = text.arg(report.n_layers_identical).arg(report.n_layers);
    verdict_->setText(text);
    verdict_->setToolTip(report.worst_relative_weight_error < 0.0
                             ? QString()
                             : tr("What quantization did: the layer that moved furthest differs from the original by %1 of its norm")
                                   .arg(percentText(report.worst_relative_weight_error)));
    show_folder_->show();
    setFindings(findings_, report);
    findings_->setVisible(findings_->count() > 0);
    updateButtons();
}

void ExportPanel::setReportWritten(const QString& folder) {
    const QString page = QDir(folder).filePath(QStringLiteral("report.html"));
    report_state_->setText(tr("Written: %1").arg(QDir::toNativeSeparators(page)));
}

void ExportPanel::setBusy(bool busy) {
    is_busy_ = busy;
    updateButtons();
}

void ExportPanel::forgetVerdict() {
    verdict_->clear();
    verdict_->setToolTip({});
    show_folder_->hide();
    findings_->hide();
}

void ExportPanel::updateButtons() {
    const bool has_run = !currentRun().isEmpty();
    export_->setEnabled(has_run && !has_obstacles_ && !folder().isEmpty() && !is_busy_);
    report_->setEnabled(has_run && !reportFolder().isEmpty());
    if (!has_run)
        verdict_->setText(tr("Quantize first: there is nothing to write yet."));
    else if (verdict_->text() == tr("Quantize first: there is nothing to write yet."))
        verdict_->clear();
}

}  // namespace salient
