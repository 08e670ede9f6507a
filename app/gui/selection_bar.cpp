#include "app/gui/selection_bar.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>

namespace salient {

SelectionBar::SelectionBar(SelectionModel& selection, QWidget* parent)
    : QWidget(parent),
      selection_(selection),
      layer_(new QComboBox(this)),
      previous_(new QToolButton(this)),
      next_(new QToolButton(this)),
      channel_(new QSpinBox(this)),
      row_(new QSpinBox(this)) {
    layer_->setToolTip(tr("The layer that Channels, Stepper, Tune and Compare look at"));
    layer_->setAccessibleName(tr("Layer"));
    layer_->setMinimumContentsLength(30);
    layer_->setMaxVisibleItems(20);
    previous_->setArrowType(Qt::LeftArrow);
    previous_->setToolTip(tr("Layer before (Alt+Left)"));
    previous_->setAccessibleName(tr("Layer before"));
    next_->setArrowType(Qt::RightArrow);
    next_->setToolTip(tr("Next layer (Alt+Right)"));
    next_->setAccessibleName(tr("Next layer"));
    // As actions, so that other windows can have the keys, too.
    const auto add_key = [this](QToolButton* button, Qt::Key key) {
        auto* action = new QAction(button->accessibleName(), this);
        action->setShortcut(QKeySequence(Qt::ALT | key));
        connect(action, &QAction::triggered, button, &QToolButton::click);
        addAction(action);
    };
    add_key(previous_, Qt::Key_Left);
    add_key(next_, Qt::Key_Right);
    for (QSpinBox* box : {channel_, row_}) {
        box->setSpecialValueText(QStringLiteral("–"));
        box->setKeyboardTracking(false);
        box->setMinimum(-1);
        box->setMinimumWidth(box->fontMetrics().horizontalAdvance(QStringLiteral("00000")) + 40);
    }
    channel_->setToolTip(tr("The input channel, a column of the weight, in every view"));
    channel_->setAccessibleName(tr("Channel"));
    row_->setToolTip(tr("The output row of the weight, in every view"));
    row_->setAccessibleName(tr("Row"));

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(new QLabel(tr("Layer"), this));
    layout->addWidget(previous_);
    layout->addWidget(layer_, 1);
    layout->addWidget(next_);
    layout->addSpacing(8);
    layout->addWidget(new QLabel(tr("Channel"), this));
    layout->addWidget(channel_);
    layout->addWidget(new QLabel(tr("Row"), this));
    layout->addWidget(row_);

    connect(layer_, &QComboBox::activated, this, [this](int at) {
        if (model_) selection_.selectLayer(model_->linears[static_cast<std::size_t>(at)].block, layer_->itemData(at).toString());
    });
    connect(previous_, &QToolButton::clicked, this, [this] { moveBy(-1); });
    connect(next_, &QToolButton::clicked, this, [this] { moveBy(1); });
    connect(channel_, &QSpinBox::valueChanged, this, [this](int channel) { selection_.selectChannel(channel); });
    connect(row_, &QSpinBox::valueChanged, this, [this](int row) { selection_.selectRow(row); });
    connect(&selection_, &SelectionModel::changed, this, [this](const Selection& now) { show(now); });
}

void SelectionBar::setModel(const std::shared_ptr<const Model>& model) {
    model_ = model;
    const QSignalBlocker block(layer_);
    layer_->clear();
    if (model_) {
        for (const LinearInfo& linear : model_->linears) {
            const QString name = QString::fromStdString(linear.name);
            const QString module = name.section(QLatin1Char('.'), -2);
            layer_->addItem(tr("Block %1 · %2  (%3 × %4)").arg(linear.block).arg(module).arg(linear.out_features).arg(linear.in_features),
                            name);
        }
    }
    show(selection_.current());
}

void SelectionBar::moveBy(int delta) {
    const int at = layer_->currentIndex() + delta;
    if (at < 0 || at >= layer_->count()) return;
    selection_.selectLayer(model_->linears[static_cast<std::size_t>(at)].block, layer_->itemData(at).toString());
}

void SelectionBar::show(const Selection& now) {
    const QSignalBlocker block_layer(layer_);
    const QSignalBlocker block_channel(channel_);
    const QSignalBlocker block_row(row_);
    const int at = layer_->findData(now.layer);
    layer_->setCurrentIndex(at);
    if (model_ && at >= 0) {
        const LinearInfo& linear = model_->linears[static_cast<std::size_t>(at)];
        channel_->setMaximum(static_cast<int>(linear.in_features) - 1);
        row_->setMaximum(static_cast<int>(linear.out_features) - 1);
    }
    previous_->setEnabled(at > 0);
    next_->setEnabled(at >= 0 && at + 1 < layer_->count());
    channel_->setEnabled(at >= 0);
    row_->setEnabled(at >= 0);
    channel_->setValue(static_cast<int>(now.channel));
    row_->setValue(static_cast<int>(now.row));
}

}  // namespace salient
