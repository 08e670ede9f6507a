#include "app/gui/job_status.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "widgets/icon.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/rate_text.h"
#include "widgets/stage_text.h"
#include "widgets/text_width.h"

namespace salient {

namespace {
constexpr int kSteps = 1000;
constexpr int kBarWidth = 220;
}  // namespace

JobStatus::JobStatus(QWidget* parent)
    : QWidget(parent),
      text_(plainLabel(this)),
      bar_(new QProgressBar(this)),
      rate_(plainLabel(this)),
      time_(plainLabel(this)),
      cancel_(new QToolButton(this)) {
    bar_->setFixedWidth(kBarWidth);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of the running job"));
    cancel_->setText(tr("Cancel"));
    cancel_->setToolTip(tr("Stop this job; nothing half done is kept"));
    cancel_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    cancel_->setIcon(icon(QStringLiteral("close")));
    cancel_->setAutoRaise(true);
    keepRoomFor(time_, tr("%1 left").arg(QStringLiteral("00 min 00 s ")));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 2, 4, 2);
    layout->setSpacing(10);
    layout->addWidget(text_, 1);
    layout->addWidget(bar_);
    layout->addWidget(rate_);
    layout->addWidget(time_);
    layout->addWidget(cancel_);
    connect(cancel_, &QToolButton::clicked, this, [this] {
        if (running_ != 0) emit cancelRequested(running_);
    });
    hide();
}

void JobStatus::setRecord(const JobRecord& record) {
    if (record.isOver()) {
        if (record.id == running_) {
            running_ = 0;
            hide();
        }
        return;
    }
    if (record.state == JobRecord::State::Queued) return;
    running_ = record.id;
    QString text = record.title;
    if (!record.stage.isEmpty()) text += QStringLiteral(" — %1").arg(stageText(record.stage));
    if (!record.detail.isEmpty()) text += QStringLiteral(" · %1").arg(detailText(record.detail));
    text_->setText(text_->fontMetrics().elidedText(text, Qt::ElideMiddle, std::max(200, text_->width())));
    text_->setToolTip(plainTip(text));
    if (record.fraction() < 0.0) {
        bar_->setRange(0, 0);
    } else {
        bar_->setRange(0, kSteps);
        bar_->setValue(static_cast<int>(record.fraction() * kSteps));
    }
    rate_->setText(record.state == JobRecord::State::Paused ? QString() : rateText(record.stage, record.per_second));
    rate_->setVisible(!rate_->text().isEmpty());
    time_->setText(record.state == JobRecord::State::Paused ? tr("paused")
                   : record.seconds_left >= 0               ? tr("%1 left").arg(durationText(record.seconds_left))
                                                            : durationText(record.elapsed_seconds));
    show();
}

}  // namespace salient
