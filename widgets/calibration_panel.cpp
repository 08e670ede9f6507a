#include "widgets/calibration_panel.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "widgets/calibration_ab_panel.h"
#include "widgets/convergence_panel.h"
#include "widgets/empty_text.h"
#include "widgets/kept_settings.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/table_look.h"
#include "widgets/text_width.h"

namespace salient {

namespace {
constexpr int kFormWidth = 53;  // average characters
constexpr int kRowPadding = 8;
constexpr int kRowSpacing = 6;
}  // namespace

CalibrationPanel::CalibrationPanel(QWidget* parent)
    : QWidget(parent),
      text_file_(new QLineEdit(this)),
      n_samples_(new QSpinBox(this)),
      seq_len_(new QSpinBox(this)),
      seed_(new QLineEdit(this)),
      compute_(new QComboBox(this)),
      calibrate_(new QPushButton(tr("Calibrate"), this)),
      summary_(plainLabel(this)),
      memory_(plainLabel(this)),
      state_(plainLabel(this)),
      model_(new SamplesModel(this)),
      table_(new QTableView(this)),
      window_text_(new QPlainTextEdit(this)),
      convergence_(new ConvergencePanel(this)),
      another_text_(new CalibrationAbPanel(this)) {
    text_file_->setPlaceholderText(tr("A .txt or .jsonl file"));
    text_file_->setToolTip(tr("Plain text, or JSON lines with a \"text\" field"));
    n_samples_->setRange(1, 1 << 20);
    n_samples_->setToolTip(tr("How many windows of text to run. More give steadier statistics; 128 is the published choice"));
    seq_len_->setRange(1, 1 << 20);
    seq_len_->setToolTip(tr("Tokens per window, at most what the model can read"));
    seq_len_->setSuffix(tr(" tokens"));
    seed_->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-9]{1,19}")), seed_));
    seed_->setToolTip(tr("Of the choice of windows: the same seed gives the same windows on every machine"));
    compute_->addItem(tr("float32"), QVariant::fromValue(static_cast<int>(Compute::Float32)));
    compute_->addItem(tr("bfloat16 (faster)"), QVariant::fromValue(static_cast<int>(Compute::BFloat16)));
    compute_->setToolTip(tr("Precision of the large products of the forward pass; sums are float32 either way"));

    auto* browse = new QPushButton(tr("Choose…"), this);
    browse->setToolTip(tr("Choose the calibration text"));
    browse->setAutoDefault(false);
    auto* file_row = new QHBoxLayout;
    file_row->setSpacing(kRowSpacing);  // inside a form it would have none
    file_row->addWidget(text_file_, 1);
    file_row->addWidget(browse);

    auto* form = new QFormLayout;
    form->setRowWrapPolicy(QFormLayout::WrapAllRows);
    form->setVerticalSpacing(4);
    const auto add = [form](const QString& label, QWidget* field) {
        form->addRow(label, field);
        field->setAccessibleName(label);
    };
    form->addRow(tr("Calibration text"), file_row);
    text_file_->setAccessibleName(tr("Calibration text"));
    add(tr("Windows"), n_samples_);
    add(tr("Window length"), seq_len_);
    add(tr("Seed"), seed_);
    add(tr("Precision"), compute_);

    summary_->setAccessibleName(tr("What is run"));
    memory_->setAccessibleName(tr("Memory and time"));
    state_->setAccessibleName(tr("State of the calibration"));
    calibrate_->setDefault(true);
    calibrate_->setToolTip(tr("Run the windows through the model and gather statistics of every layer's input"));
    for (QLabel* label : {summary_, memory_, state_}) label->setWordWrap(true);

    auto* left = new QWidget(this);
    keepWidth(left, kFormWidth);
    auto* left_layout = new QVBoxLayout(left);
    left_layout->setContentsMargins(0, 0, 12, 0);
    left_layout->setSpacing(12);
    left_layout->addLayout(form);
    left_layout->addWidget(summary_);
    left_layout->addWidget(memory_);
    left_layout->addWidget(calibrate_);
    left_layout->addWidget(state_);
    left_layout->addStretch();

    table_->setModel(model_);
    table_->setAccessibleName(tr("Chosen windows"));
    showAsRows(*table_, kRowPadding);
    keepColumnWidth(*table_, SamplesModel::Number, 8);
    keepColumnWidth(*table_, SamplesModel::Position, 14);
    keepColumnWidth(*table_, SamplesModel::Tokens, 11);
    sayWhenEmpty(*table_, tr("Choose a calibration text to see its windows."));
    keepSetting(table_, "calibrate.windows");

    window_text_->setReadOnly(true);
    window_text_->setAccessibleName(tr("Text of the chosen window"));
    window_text_->setPlaceholderText(tr("Choose a window above to read it whole."));

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(table_);
    splitter->addWidget(window_text_);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);
    keepSetting(splitter, "calibrate.split");
    auto* tabs = new QTabWidget(this);
    tabs->setDocumentMode(true);
    tabs->addTab(splitter, tr("Windows"));
    tabs->setTabToolTip(0, tr("The chosen windows of the text"));
    tabs->addTab(convergence_, tr("Convergence"));
    tabs->setTabToolTip(1, tr("Whether the windows are enough for the chosen layer"));
    tabs->addTab(another_text_, tr("Another text"));
    tabs->setTabToolTip(2, tr("Whether another text would calibrate as well"));
    keepSetting(tabs, "calibrate.tab");

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(left);
    layout->addWidget(tabs, 1);

    connect(browse, &QPushButton::clicked, this, &CalibrationPanel::browseRequested);
    connect(text_file_, &QLineEdit::editingFinished, this, [this] {
        if (text_file_->isModified()) emit choiceChanged(tr("calibration text"));
        text_file_->setModified(false);
    });
    connect(n_samples_, &QSpinBox::valueChanged, this, [this] { emit choiceChanged(tr("number of windows")); });
    connect(seq_len_, &QSpinBox::valueChanged, this, [this] { emit choiceChanged(tr("window length")); });
    connect(seed_, &QLineEdit::editingFinished, this, [this] { emit choiceChanged(tr("seed")); });
    connect(compute_, &QComboBox::currentIndexChanged, this, [this] { emit choiceChanged(tr("precision")); });
    connect(calibrate_, &QPushButton::clicked, this, &CalibrationPanel::calibrateRequested);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now) { showWindow(now.row()); });
    updateSummary();
}

void CalibrationPanel::setChoice(const CalibrationChoice& choice) {
    const QSignalBlocker block_samples(n_samples_);
    const QSignalBlocker block_length(seq_len_);
    const QSignalBlocker block_compute(compute_);
    choice_ = choice;
    text_file_->setText(choice.text_file);
    text_file_->setModified(false);
    n_samples_->setValue(choice.samples.n_samples);
    seq_len_->setValue(static_cast<int>(choice.samples.seq_len));
    seed_->setText(QString::number(choice.samples.seed));
    compute_->setCurrentIndex(compute_->findData(static_cast<int>(choice.compute)));
    updateSummary();
}

CalibrationChoice CalibrationPanel::choice() const {
    CalibrationChoice choice = choice_;
    choice.text_file = text_file_->text().trimmed();
    choice.samples.n_samples = n_samples_->value();
    choice.samples.seq_len = seq_len_->value();
    choice.samples.seed = seed_->text().toULongLong();
    choice.compute = static_cast<Compute>(compute_->currentData().toInt());
    return choice;
}

void CalibrationPanel::setMaxSeqLen(Index max_seq_len) {
    const QSignalBlocker block(seq_len_);
    seq_len_->setMaximum(max_seq_len > 0 ? static_cast<int>(max_seq_len) : 1 << 20);
    another_text_->setMaxSeqLen(max_seq_len);
}

void CalibrationPanel::setSamples(const std::shared_ptr<const Samples>& samples, const std::shared_ptr<const Tokenizer>& tokenizer) {
    const bool is_same = samples && samples_ && samples->windows.ids == samples_->windows.ids &&
                         samples->windows.seq_len == samples_->windows.seq_len && samples->first_token == samples_->first_token;
    samples_ = samples;
    if (is_same) {  // drawn again: the table stays where the user has scrolled it to
        updateSummary();
        return;
    }
    model_->setSamples(samples, tokenizer);
    if (model_->rowCount() > 0) {
        table_->setCurrentIndex(model_->index(0, 0));
    }
    showWindow(model_->rowCount() > 0 ? 0 : -1);
    updateSummary();
}

void CalibrationPanel::setCalibration(const std::shared_ptr<const Calibration>& calibration, bool is_current) {
    calibration_ = calibration;
    is_current_ = is_current;
    updateSummary();
}

void CalibrationPanel::setBusy(bool busy) {
    is_busy_ = busy;
    updateSummary();
}

void CalibrationPanel::setMemoryNote(const QString& note) {
    memory_->setText(note);
    memory_->setVisible(!note.isEmpty());
}

void CalibrationPanel::showWindow(int row) { window_text_->setPlainText(row < 0 ? QString() : model_->windowText(row)); }

void CalibrationPanel::updateSummary() {
    calibrate_->setEnabled(samples_ && !is_busy_);
    calibrate_->setText(is_busy_ ? tr("Calibrating…") : calibration_ && is_current_ ? tr("Calibrate again") : tr("Calibrate"));
    if (!samples_) {
        summary_->setText(text_file_->text().isEmpty() ? tr("Choose a text that resembles what the model will read.") : QString());
    } else {
        const auto n_tokens = static_cast<std::int64_t>(samples_->windows.ids.size());
        QString text = tr("%n window(s), %1 of %2 tokens in the text.", nullptr, static_cast<int>(samples_->windows.count()))
                           .arg(countText(n_tokens), countText(samples_->stream_tokens));
        if (samples_->windows.count() < samples_->spec.n_samples) {
            text += QLatin1Char(' ') + tr("The text holds fewer windows than the %1 asked for.").arg(samples_->spec.n_samples);
        }
        summary_->setText(text);
    }
    if (!calibration_) {
        state_->setText(tr("Not calibrated yet."));
    } else if (is_current_) {
        state_->setText(
            tr("Calibrated on %1 tokens in %2. Next: look at the channels, or quantize.")
                .arg(countText(static_cast<std::int64_t>(calibration_->samples.windows.ids.size())), durationText(calibration_->seconds)));
    } else {
        state_->setText(tr("Calibrated with other settings. Calibrate again to use these."));
    }
}

}  // namespace salient
