#include "widgets/error_maps_panel.h"

#include <QAction>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/chart.h"
#include "widgets/colour_bar.h"
#include "widgets/heatmap_view.h"
#include "widgets/kept_settings.h"
#include "widgets/number_text.h"

namespace salient {

namespace {

constexpr int kMapLines = 5;       // the least: with the jobs shown below, a small screen must still hold four maps
constexpr int kProfileLines = 11;  // below that the chart has no room for its axis
constexpr int kBlink_ms = 700;

/// In percent of the layer's output energy: they add up to the figure above the map.
std::vector<double> profileOf(const ErrorMap& map, bool is_by_row) {
    std::vector<double> values = is_by_row ? map.by_row : map.by_channel;
    const double scale = map.total.output_error > 0.0 ? 100.0 * map.total.relative_output_error / map.total.output_error : 0.0;
    for (double& value : values) value *= scale;
    return values;
}

}  // namespace

ErrorMapsPanel::ErrorMapsPanel(QWidget* parent)
    : QWidget(parent),
      what_(new QComboBox(this)),
      arrangement_(new QComboBox(this)),
      baseline_(new QComboBox(this)),
      choice_(new QToolButton(this)),
      choice_menu_(new QMenu(choice_)),
      layer_label_(new QLabel(this)),
      grid_(new QGridLayout),
      legend_(new ColourBar(this)),
      profile_axis_(new QComboBox(this)),
      profile_(new Chart(this)),
      blink_(new QTimer(this)) {
    for (HeatmapView*& view : views_) view = new HeatmapView(this);
    what_->addItem(tr("Weight error, ŵ − w"));
    what_->addItem(tr("Contribution to the output error"));
    what_->setToolTip(
        tr("Weight error: how far each weight moved. Contribution to the output error: D ∘ (D H), what each weight adds to "
           "tr(D H Dᵀ); a negative one makes up for others"));
    what_->setAccessibleName(tr("What the maps show"));
    arrangement_->addItem(tr("side by side"), SideBySide);
    arrangement_->addItem(tr("swipe"), Swipe);
    arrangement_->addItem(tr("blink"), Blink);
    arrangement_->setToolTip(
        tr("Swipe: the first two maps in one picture, left and right of a divider that [ and ] move. Blink: the two in turn, in place"));
    arrangement_->setAccessibleName(tr("Arrangement of the maps"));
    baseline_->setToolTip(tr("Show how the others differ from this one, cell by cell; zero is where they agree"));
    baseline_->setAccessibleName(tr("Baseline"));
    choice_->setText(tr("Methods shown"));
    choice_->setToolTip(tr("Up to four methods side by side"));
    choice_->setPopupMode(QToolButton::InstantPopup);
    choice_->setMenu(choice_menu_);
    legend_->setFixedWidth(legend_->sizeHint().width());
    layer_label_->setTextFormat(Qt::PlainText);
    blink_->setInterval(kBlink_ms);

    auto* top = new QHBoxLayout;
    top->addWidget(new QLabel(tr("Show"), this));
    top->addWidget(what_);
    top->addWidget(arrangement_);
    top->addWidget(baseline_);
    top->addWidget(choice_);
    top->addSpacing(16);
    top->addWidget(layer_label_, 1);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(makeMaps());
    splitter->addWidget(makeProfile());
    splitter->setStretchFactor(0, 5);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 12, 0, 0);
    layout->addLayout(top);
    layout->addWidget(splitter, 1);
    linkMaps();
    rebuildBaseline();

    keepSetting(what_, "maps.error");
    keepSetting(arrangement_, "maps.arrangement");
    keepSetting(profile_axis_, "maps.profile");
    keepSetting(splitter, "maps.split");
    connect(what_, &QComboBox::currentIndexChanged, this, &ErrorMapsPanel::showErrors);
    connect(arrangement_, &QComboBox::currentIndexChanged, this, &ErrorMapsPanel::showErrors);
    connect(baseline_, &QComboBox::currentIndexChanged, this, [this] {
        showErrors();
        showProfile();
    });
    connect(blink_, &QTimer::timeout, this, [this] { views_[0]->setSwipe(views_[0]->swipe() > 0.5 ? 0.0 : 1.0); });
}

QWidget* ErrorMapsPanel::makeMaps() {
    for (std::size_t i = 0; i < kMaxMaps; ++i) {
        views_[i]->setLegendVisible(false);
        views_[i]->setMinimumHeight(kMapLines * fontMetrics().height());
        views_[i]->setAxisNames(tr("output row"), tr("input channel"));
        grid_->addWidget(views_[i], static_cast<int>(i) / 2, static_cast<int>(i) % 2);
        views_[i]->hide();
    }
    grid_->setSpacing(8);
    auto* maps = new QWidget(this);
    auto* layout = new QHBoxLayout(maps);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(grid_, 1);
    layout->addWidget(legend_);
    return maps;
}

QWidget* ErrorMapsPanel::makeProfile() {
    profile_axis_->addItem(tr("per input channel"));
    profile_axis_->addItem(tr("per output row"));
    profile_axis_->setToolTip(tr("What each input channel, or each output row, adds to the relative output error, in percent"));
    profile_axis_->setAccessibleName(tr("Axis of the profile"));
    profile_->setMinimumHeight(kProfileLines * fontMetrics().height());
    profile_->setAccessibleName(tr("Output error per channel or row"));
    auto* profile = new QWidget(this);
    auto* top = new QHBoxLayout;
    top->addWidget(new QLabel(tr("Where the output error comes from"), profile));
    top->addWidget(profile_axis_);
    top->addStretch();
    auto* layout = new QVBoxLayout(profile);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->addLayout(top);
    layout->addWidget(profile_, 1);
    connect(profile_axis_, &QComboBox::currentIndexChanged, this, &ErrorMapsPanel::showProfile);
    connect(profile_, &Chart::chosen, this, [this](Index index) {
        if (profile_axis_->currentIndex() == 0) {
            emit cellChosen(-1, index);
        } else {
            emit cellChosen(index, -1);
        }
    });
    return profile;
}

void ErrorMapsPanel::linkMaps() {
    for (HeatmapView* from : views_) {
        for (HeatmapView* to : views_) {
            if (from == to) continue;
            connect(from, &HeatmapView::viewportChanged, to, &HeatmapView::setViewport);
            connect(from, &HeatmapView::crosshairMoved, to, [to](Index row, Index column) { to->setCrosshair(row, column); });
        }
        connect(from, &HeatmapView::crosshairMoved, this, [this](Index, Index, float value) { legend_->setMark(value); });
        connect(from, &HeatmapView::cellChosen, this, &ErrorMapsPanel::cellChosen);
    }
}

void ErrorMapsPanel::setRuns(const QStringList& runs) {
    runs_ = runs;
    rebuildChoice();
}

void ErrorMapsPanel::setHiddenRuns(std::vector<std::string> runs) {
    unticked_ = std::move(runs);
    rebuildChoice();
}

void ErrorMapsPanel::rebuildChoice() {
    choice_menu_->clear();
    for (const QString& run : runs_) {
        const std::string name = run.toStdString();
        QAction* action = choice_menu_->addAction(run);
        action->setCheckable(true);
        action->setChecked(std::find(unticked_.begin(), unticked_.end(), name) == unticked_.end());
        connect(action, &QAction::toggled, this, [this, name](bool shown) {
            std::erase(unticked_, name);
            if (!shown) unticked_.push_back(name);
            emit comparedRunsChanged();
        });
    }
}

std::vector<std::string> ErrorMapsPanel::comparedRuns() const {
    std::vector<std::string> names;
    for (const QString& run : runs_) {
        const bool is_shown = std::find(unticked_.begin(), unticked_.end(), run.toStdString()) == unticked_.end();
        if (is_shown && names.size() < kMaxMaps) names.push_back(run.toStdString());
    }
    return names;
}

void ErrorMapsPanel::rebuildBaseline() {
    const QSignalBlocker block(baseline_);
    const QString before = baseline_->currentData().toString();
    baseline_->clear();
    baseline_->addItem(tr("no baseline"), QString());
    for (const ComparedError& error : errors_) baseline_->addItem(tr("Δ to %1").arg(error.title), error.title);
    baseline_->setCurrentIndex(std::max(0, baseline_->findData(before)));
}

const ComparedError* ErrorMapsPanel::baseline() const {
    const int at = baseline_->currentIndex() - 1;
    return at >= 0 && at < static_cast<int>(errors_.size()) ? &errors_[static_cast<std::size_t>(at)] : nullptr;
}

std::vector<const ComparedError*> ErrorMapsPanel::shownErrors() const {
    std::vector<const ComparedError*> shown;
    for (const ComparedError& error : errors_) {
        if (&error != baseline() && shown.size() < kMaxMaps) shown.push_back(&error);
    }
    return shown;
}

void ErrorMapsPanel::setErrors(const QString& layer, const std::vector<ComparedError>& errors) {
    errors_ = errors;
    layer_label_->setText(layer);
    rebuildBaseline();
    showErrors();
    showProfile();
}

std::shared_ptr<const Matrix> ErrorMapsPanel::valuesOf(const ComparedError& error) const {
    const bool is_output = what_->currentIndex() == 1;
    const auto values = [is_output](const ErrorMap& map) -> const Matrix& { return is_output ? map.output_error : map.weight_error; };
    if (const ComparedError* base = baseline(); base != nullptr) {
        return std::make_shared<const Matrix>(values(*error.map) - values(*base->map));
    }
    return {error.map, &values(*error.map)};  // shares ownership with the map: the picture keeps its numbers alive
}

QString ErrorMapsPanel::titleOf(const ComparedError& error) const {
    const QString by_weights = percentText(error.map->total.relative_output_error);
    if (const ComparedError* base = baseline(); base != nullptr) {
        return tr("%1 − %2: output error %3 instead of %4")
            .arg(error.title, base->title, by_weights, percentText(base->map->total.relative_output_error));
    }
    return error.with_activations
               ? tr("%1 — output error %2 (weights %3)").arg(error.title, percentText(*error.with_activations), by_weights)
               : tr("%1 — output error %2").arg(error.title, by_weights);
}

void ErrorMapsPanel::showErrors() {
    const std::vector<const ComparedError*> shown = shownErrors();
    std::vector<std::shared_ptr<const MagnitudePyramid>> pyramids;
    float limit = 0.0F;
    for (const ComparedError* error : shown) {
        pyramids.push_back(std::make_shared<const MagnitudePyramid>(valuesOf(*error)));
        limit = std::max(limit, pyramids.back()->maxAbs());
    }
    const int arrangement = shown.size() > 1 ? arrangement_->currentData().toInt() : SideBySide;
    const ColourScale scale = divergingScale(limit);
    const std::size_t n_maps = arrangement == SideBySide ? shown.size() : 1;
    for (std::size_t i = 0; i < views_.size(); ++i) {
        views_[i]->setVisible(i < n_maps);
        if (i >= n_maps) continue;
        views_[i]->setTitle(titleOf(*shown[i]));
        views_[i]->setPyramid(pyramids[i]);
        views_[i]->setOther(arrangement == SideBySide ? nullptr : pyramids[1], shown.size() > 1 ? titleOf(*shown[1]) : QString());
        views_[i]->setColourScale(scale);
    }
    if (arrangement == Blink) {
        blink_->start();
    } else {
        blink_->stop();
        views_[0]->setSwipe(0.5);
    }
    arrange(n_maps);
    legend_->setVisible(!shown.empty());
    legend_->setScale(scale);
    legend_->setUnit(what_->currentIndex() == 1 ? tr("D ∘ (D H)") : tr("ŵ − w"));
}

/// One or two maps share a row; a lone row or column must not leave half of the room empty.
void ErrorMapsPanel::arrange(std::size_t n_maps) {
    grid_->setRowStretch(0, 1);
    grid_->setRowStretch(1, n_maps > 2 ? 1 : 0);
    grid_->setColumnStretch(0, 1);
    grid_->setColumnStretch(1, n_maps > 1 ? 1 : 0);
}

void ErrorMapsPanel::showProfile() {
    const bool is_by_row = profile_axis_->currentIndex() == 1;
    const ComparedError* base = baseline();
    std::vector<ChartSeries> series;
    for (std::size_t i = 0; i < errors_.size(); ++i) {
        if (&errors_[i] == base) continue;
        ChartSeries profile = lineSeries(errors_[i].title, static_cast<int>(i));
        profile.y = profileOf(*errors_[i].map, is_by_row);
        if (base != nullptr) {
            const std::vector<double> less = profileOf(*base->map, is_by_row);
            for (std::size_t j = 0; j < less.size(); ++j) profile.y[j] -= less[j];
        }
        series.push_back(std::move(profile));
    }
    profile_->setAxes(chartAxis(is_by_row ? tr("output row") : tr("input channel"), true, false),
                      chartAxis(base != nullptr ? tr("error less the baseline's, %") : tr("error, %"), false, false));
    profile_->setPointName(is_by_row ? tr("output row") : tr("input channel"));
    profile_->setSeries(std::move(series));
}

void ErrorMapsPanel::setSelectedCell(Index row, Index channel) {
    for (HeatmapView* view : views_) view->setSelectedCell(row, channel);
    profile_->setCursorIndex(profile_axis_->currentIndex() == 1 ? row : channel);
}

}  // namespace salient
