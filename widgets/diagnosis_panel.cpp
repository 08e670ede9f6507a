#include "widgets/diagnosis_panel.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/finding_text.h"
#include "widgets/kept_settings.h"
#include "widgets/number_text.h"

namespace salient {

DiagnosisPanel::DiagnosisPanel(QWidget* parent)
    : QWidget(parent), run_(new QComboBox(this)), subject_(new QLabel(this)), findings_(new QVBoxLayout) {
    run_->setAccessibleName(tr("Result to diagnose"));
    run_->setToolTip(tr("Whose error in the chosen layer is explained"));
    auto* worst = new QPushButton(tr("Worst layer"), this);
    worst->setToolTip(tr("Go to the layer with the largest relative output error of this result, or to the one where the run ended"));
    subject_->setTextFormat(Qt::PlainText);
    subject_->setWordWrap(true);
    subject_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    subject_->setAccessibleName(tr("What is diagnosed"));

    auto* row = new QHBoxLayout;
    row->addWidget(run_);
    row->addWidget(worst);
    row->addSpacing(12);
    row->addWidget(subject_, 1);
    auto* body = new QWidget(this);
    findings_->setContentsMargins(0, 0, 0, 0);
    findings_->setSpacing(10);
    body->setLayout(findings_);
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(body);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->viewport()->setBackgroundRole(QPalette::Window);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 12, 0, 0);
    layout->setSpacing(12);
    layout->addLayout(row);
    layout->addWidget(scroll, 1);
    keepSetting(run_, "diagnosis.run");
    connect(run_, &QComboBox::currentIndexChanged, this, [this] {
        if (!currentRun().isEmpty()) emit diagnosisWanted(currentRun());
    });
    connect(worst, &QPushButton::clicked, this, [this] {
        if (!currentRun().isEmpty()) emit worstLayerWanted(currentRun());
    });
    clear();
}

void DiagnosisPanel::setRuns(const QStringList& runs) {
    with_result_ = runs;
    listRuns();
}

void DiagnosisPanel::setFailedRuns(const QStringList& runs) {
    failed_ = runs;
    listRuns();
}

void DiagnosisPanel::listRuns() {
    QStringList runs = with_result_ + failed_;
    runs.removeDuplicates();
    const QString before = currentRun();
    const QSignalBlocker block(run_);
    run_->clear();
    run_->addItems(runs);
    run_->setCurrentIndex(std::max(0, run_->findText(before)));
}

void DiagnosisPanel::chooseRun(const QString& name) {
    const QSignalBlocker block(run_);
    if (const int at = run_->findText(name); at >= 0) run_->setCurrentIndex(at);
}

QString DiagnosisPanel::currentRun() const { return run_->currentText(); }

void DiagnosisPanel::clear() {
    trials_.clear();
    delete content_;
    content_ = nullptr;
    subject_->setText(tr("Looking …"));
}

void DiagnosisPanel::setBusy(bool is_busy) {
    is_busy_ = is_busy;
    for (QPushButton* trial : trials_) trial->setEnabled(!is_busy_);
}

void DiagnosisPanel::setDiagnosis(const LayerDiagnosis& diagnosis) {
    clear();
    diagnosis_ = diagnosis;
    const double error = diagnosis.relative_output_error;
    const QString subject = !diagnosis.has_result ? tr("%1 — %2: the run ended here").arg(diagnosis.run, diagnosis.layer)
                            : !std::isfinite(error)
                                ? tr("%1 — %2: the output error is no number").arg(diagnosis.run, diagnosis.layer)
                                : tr("%1 — %2: output error %3").arg(diagnosis.run, diagnosis.layer, percentText(error));
    subject_->setText(subject);
    content_ = new QWidget(this);
    auto* layout = new QVBoxLayout(content_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    if (diagnosis.findings.empty()) {
        auto* nothing =
            new QLabel(tr("Nothing stands out in this layer: its error is spread over channels, rows and groups as rounding spreads "
                          "it. More bits or smaller groups lower it evenly."),
                       content_);
        nothing->setWordWrap(true);
        layout->addWidget(nothing);
    }
    for (const ErrorFinding& finding : diagnosis.findings) layout->addWidget(makeFinding(finding));
    layout->addStretch();
    findings_->addWidget(content_);
    setBusy(is_busy_);
}

QWidget* DiagnosisPanel::makeFinding(const ErrorFinding& finding) {
    auto* card = new QFrame(content_);
    card->setFrameShape(QFrame::StyledPanel);
    card->setAutoFillBackground(true);
    card->setBackgroundRole(QPalette::Base);
    auto* title = new QLabel(causeTitle(finding.cause), card);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    title->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    QString text = evidenceText(finding);
    if (finding.token >= 0 && diagnosis_.seq_len > 0) {
        text += QLatin1Char(' ') + tr("Its largest value came in window %1, token %2.")
                                       .arg(finding.token / diagnosis_.seq_len + 1)  // as people count, like everywhere in the window
                                       .arg(finding.token % diagnosis_.seq_len + 1);
    }
    auto* evidence = new QLabel(text, card);
    evidence->setTextFormat(Qt::PlainText);
    evidence->setWordWrap(true);
    evidence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* buttons = new QHBoxLayout;
    if (finding.channel >= 0) {
        auto* show = new QPushButton(tr("Show channel %1").arg(finding.channel), card);
        show->setToolTip(tr("Choose this channel in every view, with the text around its largest value on the Channels page"));
        connect(show, &QPushButton::clicked, this, [this, finding] { emit cellChosen(finding.row, finding.channel); });
        buttons->addWidget(show);
    }
    if (finding.trial) {
        const QString what = remedyText(finding);
        auto* trial = new QPushButton(tr("Try it: %1").arg(what), card);
        trial->setToolTip(tr("Add a run with this one change to the recipe, and run it beside the others"));
        const QString name = QStringLiteral("%1 + %2").arg(diagnosis_.run, what);
        connect(trial, &QPushButton::clicked, this, [this, name, method = *finding.trial] { emit trialWanted(name, method); });
        buttons->addWidget(trial);
        trials_.push_back(trial);
    }
    buttons->addStretch();
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(14, 10, 14, 10);
    layout->addWidget(title);
    layout->addWidget(evidence);
    layout->addLayout(buttons);
    return card;
}

}  // namespace salient
