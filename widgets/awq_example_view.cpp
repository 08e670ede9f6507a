#include "widgets/awq_example_view.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/number_grid.h"
#include "widgets/number_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {
constexpr int kGap = 14;
constexpr int kColumnGap = 32;

QLabel* plainLabel(const QString& text = {}) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}
}  // namespace

AwqExampleView::AwqExampleView(LessonChannels channels, QWidget* parent)
    : QWidget(parent),
      channels_(std::move(channels)),
      input_(new NumberGrid),
      title_(plainLabel()),
      published_title_(plainLabel(tr("Published"))) {
    const AwqExample& example = *channels_.example;
    input_->setTitle(tr("Input X: tokens down, channels across"));
    input_->setMatrix(example.input);
    input_->setDecimals(2);
    input_->setChoosable(true);
    input_->setToolTip(tr("Choose a channel: click, or the arrow keys"));
    connect(input_, &NumberGrid::cellChosen, this, [this](Index /*row*/, Index channel) { setChannel(channel); });
    QFont bold = font();
    bold.setBold(true);
    title_->setFont(bold);

    auto* figures = new QGridLayout;
    figures->setHorizontalSpacing(kColumnGap);
    figures->addWidget(title_, 0, 0);
    figures->addWidget(plainLabel(tr("Here")), 0, 1, Qt::AlignRight);
    figures->addWidget(published_title_, 0, 2, Qt::AlignRight);
    const std::vector<std::tuple<QString, QString, QString>> rows{
        {QStringLiteral("max"), tr("Largest |x|"), tr("Over all tokens, in the units of the input")},
        {QStringLiteral("mean"), tr("Mean |x|"), tr("Over all tokens, in the units of the input")},
        {QStringLiteral("scale"), tr("Scale s"), tr("The weight column is multiplied by s, the input divided by it (no unit)")},
        {QStringLiteral("before"), tr("Error before scaling"),
         tr("Mean |x| times mean |w − ŵ| of the channel's column: what it adds to an output")},
        {QStringLiteral("after"), tr("Error after scaling"),
         tr("Mean |x| times mean |w − ŵ| of the channel's column: what it adds to an output")},
    };
    int at = 1;
    for (const auto& [key, name, tip] : rows) {
        auto* label = plainLabel(name);
        label->setToolTip(tip);
        cells_[key] = {plainLabel(), plainLabel()};
        figures->addWidget(label, at, 0);
        figures->addWidget(cells_[key].first, at, 1, Qt::AlignRight);
        figures->addWidget(cells_[key].second, at, 2, Qt::AlignRight);
        ++at;
    }
    figures->setColumnStretch(3, 1);

    auto* whole = plainLabel(tr("Output error of the whole layer: %1 before, %2 after (ratio %3).")
                                 .arg(percentText(example.nearest_error.relative_output_error),
                                      percentText(example.error.relative_output_error), numberText(example.ratio, 3)));
    whole->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addWidget(input_);
    layout->addLayout(figures);
    layout->addWidget(whole);
    setFocusProxy(input_);
    setChannel(channels_.channel);
}

void AwqExampleView::setChannel(Index channel) {
    channel_ = std::clamp<Index>(channel, 0, channels_.example->input.cols() - 1);
    input_->setChosenCell(-1, channel_);
    refresh();
}

void AwqExampleView::refresh() {
    const AwqExample& example = *channels_.example;
    const auto j = static_cast<std::size_t>(channel_);
    title_->setText(tr("Channel %1").arg(channel_));
    const std::map<QString, double> ours{{QStringLiteral("max"), static_cast<double>(example.max_abs[j])},
                                         {QStringLiteral("mean"), static_cast<double>(example.mean_abs[j])},
                                         {QStringLiteral("scale"), static_cast<double>(example.scales[j])},
                                         {QStringLiteral("before"), example.error_before[j]},
                                         {QStringLiteral("after"), example.error_after[j]}};
    const bool has_published = channel_ == channels_.channel && !channels_.published.empty();
    published_title_->setVisible(has_published);
    for (const auto& [key, labels] : cells_) {
        labels.first->setText(numberText(ours.at(key), 3));
        QString published;
        for (const auto& [what, figure] : channels_.published) {
            if (what == key) published = figure;
        }
        labels.second->setText(has_published ? (published.isEmpty() ? QStringLiteral("–") : published) : QString());
    }
}

}  // namespace salient
