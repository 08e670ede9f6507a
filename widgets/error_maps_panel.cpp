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
#include "widgets/flow_row.h"
#include "widgets/heatmap_view.h"
#include "widgets/kept_settings.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"

namespace salient {

namespace {

constexpr int kMapLines = 9;  // the least: title and axes take four of them
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
      linked_(new QToolButton(this)),
      surplus_(plainLabel(this)),
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
    linked_->setText(tr("Linked"));
    linked_->setToolTip(
        tr("Pressed: the maps share zoom, cursor and colours. Released: each is moved by itself, in colours of its own range"));
    linked_->setCheckable(true);
    linked_->setChecked(true);
    surplus_->setWordWrap(true);
    surplus_->setAccessibleName(tr("Methods that are ticked but not shown"));
    surplus_->hide();
    legend_->setFixedWidth(legend_->sizeHint().width());
    layer_label_->setTextFormat(Qt::PlainText);
    layer_label_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    blink_->setInterval(kBlink_ms);

    auto* top = new FlowRow(this);
    top->add({new QLabel(tr("Show"), this), what_});
    top->add({arrangement_});
    top->add({baseline_});
    top->add({choice_});
    top->add({linked_});
    top->add({layer_label_}, layer_label_);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(makeMaps());
    splitter->addWidget(makeProfile());
    splitter->setStretchFactor(0, 5);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 12, 0, 0);
    layout->addWidget(top);
    layout->addWidget(surplus_);
    layout->addWidget(splitter, 1);
    linkMaps();
    rebuildBaseline();

    keepSetting(what_, "maps.error");
    keepSetting(arrangement_, "maps.arrangement");
    keepSetting(profile_axis_, "maps.profile");
    keepSetting(linked_, "maps.linked");
    keepSetting(splitter, "maps.split");
    constexpr std::array<const char*, kMaxMaps> kZooms{"maps.zoom", "maps.zoom_2", "maps.zoom_3", "maps.zoom_4"};
    for (std::size_t i = 0; i < kMaxMaps; ++i) keepSetting(views_[i], kZooms[i]);
    connect(what_, &QComboBox::currentIndexChanged, this, &ErrorMapsPanel::showErrors);
    connect(arrangement_, &QComboBox::currentIndexChanged, this, &ErrorMapsPanel::showErrors);
    connect(baseline_, &QComboBox::currentIndexChanged, this, [this] {
        wanted_baseline_ = baseline_->currentData().toString();
        showErrors();
        showProfile();
        emit baselineChosen(wanted_baseline_);
    });
    connect(linked_, &QToolButton::toggled, this, [this](bool is_linked) {
        const bool is_shown = last_moved_ != nullptr && !last_moved_->isHidden();
        if (is_linked) moveOthers(is_shown ? last_moved_ : views_[0]);
        showErrors();
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
    profile_->setAccessibleName(tr("Output error per channel or row"));
    auto* profile = new QWidget(this);
    auto* top = new FlowRow(profile);
    top->add({new QLabel(tr("Where the output error comes from"), profile)});
    top->add({profile_axis_});
    auto* layout = new QVBoxLayout(profile);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->addWidget(top);
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
        connect(from, &HeatmapView::viewportChanged, this, [this, from] {
            last_moved_ = from;
            if (linked_->isChecked()) moveOthers(from);
        });
        connect(from, &HeatmapView::crosshairMoved, this, [this, from](Index row, Index column, float value) {
            legend_->setMark(value);
            if (!linked_->isChecked()) return;
            for (HeatmapView* to : views_) {
                if (to != from) to->setCrosshair(row, column);
            }
        });
        connect(from, &HeatmapView::cellChosen, this, &ErrorMapsPanel::cellChosen);
    }
}

void ErrorMapsPanel::moveOthers(const HeatmapView* moved) {
    for (HeatmapView* to : views_) {
        if (to != moved) to->setViewport(moved->viewport());
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
            noteSurplus();
            emit comparedRunsChanged();
        });
    }
    noteSurplus();
}

void ErrorMapsPanel::noteSurplus() {
    const auto is_ticked = [this](const QString& run) { return std::ranges::find(unticked_, run.toStdString()) == unticked_.end(); };
    const auto n_ticked = static_cast<std::size_t>(std::ranges::count_if(runs_, is_ticked));
    const bool is_none = n_ticked == 0 && !runs_.isEmpty();
    surplus_->setVisible(n_ticked > kMaxMaps || is_none);
    surplus_->setText(is_none ? tr("No method is ticked. Tick one under “Methods shown”.")
                      : n_ticked > kMaxMaps
                          ? tr("%1 methods are ticked and %2 have room: the first %2 are shown. Untick one of them to see another.")
                                .arg(n_ticked)
                                .arg(kMaxMaps)
                          : QString());
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
    baseline_->clear();
    baseline_->addItem(tr("no baseline"), QString());
    for (const ComparedError& error : errors_) baseline_->addItem(tr("Δ to %1").arg(error.title), error.title);
    baseline_->setCurrentIndex(std::max(0, baseline_->findData(wanted_baseline_)));
}

void ErrorMapsPanel::setBaseline(const QString& run) {
    if (run == wanted_baseline_) return;
    wanted_baseline_ = run;
    rebuildBaseline();
    showErrors();
    showProfile();
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

QString ErrorMapsPanel::unit() const { return what_->currentIndex() == 1 ? tr("D ∘ (D H)") : tr("ŵ − w"); }

bool ErrorMapsPanel::areColoursOwn() const {
    return !linked_->isChecked() && (arrangement_->currentData().toInt() == SideBySide || shownErrors().size() < 2);
}

std::optional<FigureScale> ErrorMapsPanel::sharedScale() const {
    if (areColoursOwn()) return std::nullopt;
    return FigureScale{legend_->scale(), unit()};
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
    const bool are_own = areColoursOwn();
    const std::size_t n_maps = arrangement == SideBySide ? shown.size() : 1;
    for (std::size_t i = 0; i < views_.size(); ++i) {
        views_[i]->setVisible(i < n_maps);
        if (i >= n_maps) continue;
        views_[i]->setTitle(titleOf(*shown[i]));
        views_[i]->setPyramid(pyramids[i]);
        views_[i]->setOther(arrangement == SideBySide ? nullptr : pyramids[1], shown.size() > 1 ? titleOf(*shown[1]) : QString());
        views_[i]->setColourScale(are_own ? divergingScale(pyramids[i]->maxAbs()) : scale);
        views_[i]->setUnit(unit());
        views_[i]->setLegendVisible(are_own);
        if (i > 0 && linked_->isChecked()) views_[i]->setViewport(views_[0]->viewport());  // of one that was not shown before
    }
    if (arrangement == Blink) {
        blink_->start();
    } else {
        blink_->stop();
        views_[0]->setSwipe(0.5);
    }
    arrange(n_maps);
    legend_->setVisible(!shown.empty() && !are_own);
    legend_->setScale(scale);
    legend_->setUnit(unit());
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
                      chartAxis(base != nullptr ? tr("error minus that of the baseline, %") : tr("error, %"), false, false));
    profile_->setPointName(is_by_row ? tr("output row") : tr("input channel"));
    profile_->setSeries(std::move(series));
}

void ErrorMapsPanel::setSelectedCell(Index row, Index channel) {
    for (HeatmapView* view : views_) view->setSelectedCell(row, channel);
    profile_->setCursorIndex(profile_axis_->currentIndex() == 1 ? row : channel);
}

}  // namespace salient
