// One selection: whatever view a layer, a channel or a cell is chosen in, all others go there.

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QSortFilterProxyModel>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>
#include <algorithm>
#include <functional>

#include "app/gui/selection_bar.h"
#include "tests/app/gui/sitting.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/channels_panel.h"
#include "widgets/compare_panel.h"
#include "widgets/diagnosis_panel.h"
#include "widgets/evaluate_panel.h"
#include "widgets/heatmap_view.h"
#include "widgets/model_map_model.h"
#include "widgets/model_map_view.h"
#include "widgets/sensitivity_model.h"
#include "widgets/stepper_panel.h"
#include "widgets/tune_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

/// Has each view of a layer load what it shows.
bool visitAll(Desk& desk) {
    for (const Page page : {Page::Map, Page::Channels, Page::Stepper, Page::Tune, Page::Evaluate, Page::Compare}) {
        desk.window.goTo(page);
        if (!desk.waitForJobs()) return false;
    }
    return true;
}

QString layerOfTable(const QTableView& table) {
    const auto* sorted = qobject_cast<const QSortFilterProxyModel*>(table.model());
    const auto* model = sorted != nullptr ? qobject_cast<const SensitivityModel*>(sorted->sourceModel()) : nullptr;
    return model != nullptr ? model->layer(sorted->mapToSource(table.currentIndex()).row()) : QString();
}

/// Names of the views that do not show that layer, of those that name it.
QStringList strayFromLayer(Desk& desk, const QString& layer) {
    QStringList stray;
    if (named<QComboBox>(*desk.view<SelectionBar>(), QStringLiteral("Layer"))->currentData().toString() != layer)
        stray << QStringLiteral("bar");
    const auto* map = named<QTableView>(*desk.view<ModelMapView>(), QStringLiteral("Layers of the model"));
    if (map->currentIndex().data(ModelMapModel::kLayerRole).toString() != layer) stray << QStringLiteral("map");
    if (layerOfTable(*named<QTableView>(*desk.view<EvaluatePanel>(), QStringLiteral("Layers and what they cost"))) != layer)
        stray << QStringLiteral("evaluate");
    if (desk.view<TunePanel>()->layer() != layer) stray << QStringLiteral("tune");
    if (!desk.view<StepperPanel>()->stamp().contains(layer)) stray << QStringLiteral("stepper");
    return stray;
}

/// Names of the views that do not show that cell, or its channel where they know no rows.
QStringList strayFromCell(Desk& desk, Index row, Index channel) {
    QStringList stray;
    auto& bar = *desk.view<SelectionBar>();
    if (named<QSpinBox>(bar, QStringLiteral("Channel"))->value() != channel) stray << QStringLiteral("bar, channel");
    if (named<QSpinBox>(bar, QStringLiteral("Row"))->value() != row) stray << QStringLiteral("bar, row");
    if (desk.view<ChannelsPanel>()->selectedChannel() != channel) stray << QStringLiteral("channels");
    if (named<QSpinBox>(*desk.view<TunePanel>(), QStringLiteral("Channel"))->value() != channel) stray << QStringLiteral("tune");
    if (!desk.view<StepperPanel>()->stamp().contains(QStringLiteral("cell of row %1, channel %2").arg(row).arg(channel)))
        stray << QStringLiteral("stepper");
    int n_maps = 0;
    for (const HeatmapView* map : desk.view<ComparePanel>()->findChildren<HeatmapView*>()) {
        if (!map->matrix()) continue;
        ++n_maps;
        QApplication::clipboard()->clear();
        map->copyValue();  // of the chosen cell, where nothing is pointed at
        if (QApplication::clipboard()->text() != QString::number(static_cast<double>((*map->matrix())(row, channel)), 'g', 9))
            stray << QStringLiteral("error map");
    }
    if (n_maps == 0) stray << QStringLiteral("no error map");
    return stray;
}

}  // namespace

class TestOneSelection : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY(sitting_.make()); }

    void aCellChosenInAnyViewIsChosenInAll() {
        Desk desk;
        sitting_.takeUp(desk.window.session());
        QVERIFY(visitAll(desk));
        const Selection& now = desk.window.session().selection().current();
        auto& bar = *desk.view<SelectionBar>();
        emit desk.view<StepperPanel>()->cellChosen(3, 17);
        QCOMPARE(strayFromCell(desk, 3, 17), QStringList());
        emit desk.view<ComparePanel>()->cellChosen(9, 41);
        QCOMPARE(strayFromCell(desk, 9, 41), QStringList());
        emit desk.view<TunePanel>()->channelSelected(77);
        QCOMPARE(strayFromCell(desk, 9, 77), QStringList());
        emit desk.view<ChannelsPanel>()->channelSelected(114);
        QCOMPARE(strayFromCell(desk, 9, 114), QStringList());
        emit desk.view<ComparePanel>()->diagnosis().cellChosen(21, 200);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(strayFromCell(desk, 21, 200), QStringList());
        QCOMPARE(desk.window.page(), Page::Channels);  // where the text around it stands
        named<QSpinBox>(bar, QStringLiteral("Channel"))->setValue(5);
        QCOMPARE(strayFromCell(desk, 21, 5), QStringList());
        named<QSpinBox>(bar, QStringLiteral("Row"))->setValue(2);
        QCOMPARE(strayFromCell(desk, 2, 5), QStringList());
        QCOMPARE(now.row, Index{2});
        QCOMPARE(now.channel, Index{5});
    }

    void aLayerChosenInAnyViewIsChosenInAll() {
        Desk desk;
        Session& session = desk.window.session();
        sitting_.takeUp(session);
        QVERIFY(visitAll(desk));
        const auto& linears = sitting_.model->linears;
        const auto name = [&](std::size_t i) { return QString::fromStdString(linears[i].name); };
        const auto worst =
            std::ranges::max_element(sitting_.run->layers, {}, [](const LayerReport& one) { return one.error.relative_output_error; });
        struct Choice {
            std::function<void()> choose;
            QString layer;
        };
        const std::vector<Choice> choices{
            {[&] { emit desk.view<ModelMapView>()->layerChosen(linears[2].block, name(2)); }, name(2)},
            {[&] { named<QToolButton>(*desk.view<SelectionBar>(), QStringLiteral("Next layer"))->click(); }, name(3)},
            {[&] { emit desk.view<ComparePanel>()->layerChosen(name(5)); }, name(5)},
            {[&] { emit desk.view<EvaluatePanel>()->layerChosen(name(8)); }, name(8)},
            {[&] { emit desk.view<ComparePanel>()->diagnosis().worstLayerWanted(QString::fromStdString(sitting_.run->name)); },
             QString::fromStdString(worst->name)},
        };
        for (const Choice& choice : choices) {
            session.selection().selectCell(1, 1);
            choice.choose();
            QVERIFY(visitAll(desk));
            QCOMPARE(session.selection().current().layer, choice.layer);
            QCOMPARE(strayFromLayer(desk, choice.layer), QStringList());
        }
    }

private:
    Sitting sitting_;
};

QTEST_MAIN(TestOneSelection)
#include "tst_one_selection.moc"
