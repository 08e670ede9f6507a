#include "widgets/what_if_bar.h"

#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStringList>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr std::size_t kListed = 4;  // columns named in the bar; the tooltip names all

QString signedPercent(double percent) { return (percent > 0.0 ? QStringLiteral("+") : QString()) + numberText(percent, 2); }

/// The first of the texts, with dots where there are more.
QString firstOf(const QStringList& texts, std::size_t most) {
    const bool has_more = static_cast<std::size_t>(texts.size()) > most;
    const QStringList shown = has_more ? texts.mid(0, static_cast<qsizetype>(most)) : texts;
    return shown.join(QStringLiteral(", ")) + (has_more ? QStringLiteral(", …") : QString());
}

}  // namespace

QString lossChangeText(double before, double now) {
    if (!std::isfinite(now)) return {};
    if (!std::isfinite(before)) return WhatIfBar::tr("Loss %1").arg(numberText(now, 3));
    if (before <= 0.0) return WhatIfBar::tr("Loss %1 → %2").arg(numberText(before, 3), numberText(now, 3));
    return WhatIfBar::tr("Loss %1 → %2 (%3 %)").arg(numberText(before, 3), numberText(now, 3), signedPercent(100.0 * (now / before - 1.0)));
}

WhatIfBar::WhatIfBar(QWidget* parent)
    : FlowRow(parent),
      keep_(new QToolButton(this)),
      move_(new QToolButton(this)),
      target_(new QSpinBox(this)),
      loss_(new QLabel(this)),
      list_(new QLabel(this)),
      reset_(new QToolButton(this)) {
    keep_->setObjectName(QStringLiteral("keep"));
    keep_->setText(tr("&Keep this column in 16 bits"));
    keep_->setCheckable(true);
    keep_->setToolTip(tr("Solve again with this input channel left unrounded, and compare the loss; once more takes it back"));
    move_->setObjectName(QStringLiteral("move"));
    move_->setText(tr("Do i&t at position"));
    move_->setToolTip(tr("Solve again with this input channel quantized after so many others (0: before all), and compare the loss"));
    target_->setObjectName(QStringLiteral("target"));
    target_->setToolTip(move_->toolTip());
    target_->setAccessibleName(tr("Position to move the column to"));
    target_->setKeyboardTracking(false);
    loss_->setObjectName(QStringLiteral("what_if_loss"));
    loss_->setAccessibleName(tr("What that does to the loss"));
    loss_->setToolTip(tr("½ tr(D H Dᵀ) after the last column: as the recipe has the layer → with what is tried out"));
    list_->setObjectName(QStringLiteral("what_if_list"));
    list_->setAccessibleName(tr("What is tried out"));
    for (QLabel* label : {loss_, list_}) label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    reset_->setObjectName(QStringLiteral("what_if_reset"));
    reset_->setText(tr("Take it all back"));
    reset_->setToolTip(tr("Solve the layer as the recipe has it: no column kept, none moved"));

    add({new QLabel(tr("What if"), this), keep_});
    add({move_, target_});
    add({loss_, list_, reset_});

    connect(keep_, &QToolButton::clicked, this, [this] {
        showColumn();  // pressed when the answer is there, not before
        emit keepWanted();
    });
    connect(move_, &QToolButton::clicked, this, [this] { emit moveWanted(target_->value()); });
    connect(reset_, &QToolButton::clicked, this, &WhatIfBar::resetWanted);
    setWhatIf({});
    setColumn(-1, 0);
}

void WhatIfBar::setWhatIf(const WhatIf& what_if) {
    what_if_ = what_if;
    loss_->setText(what_if.isTouched() ? lossChangeText(what_if.loss_before, what_if.loss) : QString());
    list_->setText(listText(kListed));
    list_->setToolTip(listText(what_if.kept.size() + what_if.moved.size()));
    for (QWidget* part : std::initializer_list<QWidget*>{loss_, list_, reset_}) part->setVisible(what_if.isTouched());
    showColumn();
}

void WhatIfBar::setColumn(Index channel, Index n_columns) {
    channel_ = channel;
    const QSignalBlocker blocker(target_);
    target_->setRange(0, static_cast<int>(std::max<Index>(n_columns - 1, 0)));
    for (QWidget* control : std::initializer_list<QWidget*>{keep_, move_, target_}) control->setEnabled(channel >= 0);
    showColumn();
}

QString WhatIfBar::stamp() const {
    if (!what_if_.isTouched()) return {};
    QStringList parts{listText(what_if_.kept.size() + what_if_.moved.size())};
    if (const QString change = lossChangeText(what_if_.loss_before, what_if_.loss); !change.isEmpty()) parts << change;
    return parts.join(QStringLiteral(" · "));
}

void WhatIfBar::showColumn() { keep_->setChecked(std::ranges::find(what_if_.kept, channel_) != what_if_.kept.end()); }

QString WhatIfBar::listText(std::size_t most) const {
    QStringList kept;
    for (const Index channel : what_if_.kept) kept << QString::number(channel);
    QStringList moved;
    for (const MovedColumn& column : what_if_.moved) moved << QStringLiteral("%1 → %2").arg(column.channel).arg(column.position);
    QStringList parts;
    if (!kept.isEmpty()) parts << tr("in 16 bits: %1").arg(firstOf(kept, most));
    if (!moved.isEmpty()) parts << tr("moved: %1").arg(firstOf(moved, most));
    return parts.join(QStringLiteral(" · "));
}

}  // namespace salient
