#include <QAbstractItemModelTester>
#include <QAction>
#include <QComboBox>
#include <QHeaderView>
#include <QListWidget>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <memory>

#include "core/quant/quantize_model.h"
#include "tests/support/places.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/model_map_view.h"
#include "widgets/override_panel.h"

using namespace salient;

namespace {

RecipeRun run(const char* method) {
    RecipeRun run;
    run.method = methodFromName(method);
    run.name = method;
    return run;
}

QTableView& table(ModelMapView& map) { return *named<QTableView>(map, QStringLiteral("Layers of the model")); }

QString layerAt(ModelMapView& map, int row, int column) {
    return table(map).model()->index(row, column).data(ModelMapModel::kLayerRole).toString();
}

void click(ModelMapView& map, int row, int column, Qt::KeyboardModifiers modifiers = {}) {
    QTableView& cells = table(map);
    QTest::mouseClick(cells.viewport(), Qt::LeftButton, modifiers, cells.visualRect(cells.model()->index(row, column)).center());
}

void act(ModelMapView& map, const QString& text) {
    for (QAction* action : table(map).actions()) {
        if (action->text() == text) return action->trigger();
    }
    QFAIL(qPrintable(text));
}

QStringList blocks(ModelMapView& map) {
    QStringList titles;
    for (int row = 0; row < table(map).model()->rowCount(); ++row) titles << table(map).model()->headerData(row, Qt::Vertical).toString();
    return titles;
}

}  // namespace

class TestModelMap : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { model_ = Model::open(salient::test::resourceFolder() / "demo" / "model"); }

    void init() {
        map_ = std::make_unique<ModelMapView>();
        map_->setModel(model_);
        map_->overrides().setRuns({run("rtn")});
        // Of the first module: 5, 7, unknown, 6; of the others their number.
        LayerMetric metric;
        metric.name = QStringLiteral("a \"metric\"");
        for (std::size_t i = 0; i < model_->linears.size(); ++i) metric.values.push_back(static_cast<double>(i));
        metric.values[0] = 5.0;
        metric.values[7] = 7.0;
        metric.values[14] = std::nan("");
        metric.values[21] = 6.0;
        map_->setMetrics({metric});
        map_->resize(1200, 700);
        map_->show();
        QVERIFY(QTest::qWaitForWindowExposed(map_.get()));
    }

    void severalLayersAreChosenAndGetSettings() {
        map_->setSelectedLayer(layerAt(*map_, 0, 1));
        QSignalSpy linked(map_.get(), &ModelMapView::layerChosen);
        // As the window does: what is chosen here is what every view looks at.
        connect(map_.get(), &ModelMapView::layerChosen, map_.get(), [this](int, const QString& layer) { map_->setSelectedLayer(layer); });
        click(*map_, 1, 2, Qt::ControlModifier);
        click(*map_, 3, 6, Qt::ControlModifier);
        QCOMPARE(linked.count(), 2);
        QCOMPARE(linked.last().at(0).toInt(), 3);
        QCOMPARE(linked.last().at(1).toString(), layerAt(*map_, 3, 6));
        const MethodSpec before = run("rtn").method;
        std::vector<std::string> expected{layerAt(*map_, 0, 1).toStdString(), layerAt(*map_, 1, 2).toStdString(),
                                          layerAt(*map_, 3, 6).toStdString()};
        std::vector<std::string> changed = changedLayers(*model_, before, map_->overrides().changedMethod(before));
        std::ranges::sort(expected);
        std::ranges::sort(changed);
        QCOMPARE(changed, expected);
        click(*map_, 2, 2);  // and back to one
        QCOMPARE(changedLayers(*model_, before, map_->overrides().changedMethod(before)),
                 std::vector<std::string>{layerAt(*map_, 2, 2).toStdString()});
    }

    void allLayersFitThoughAnExpressionHasAGreatestLength() {
        table(*map_).selectAll();
        const MethodSpec before = run("rtn").method;
        auto* what = named<QComboBox>(*map_, QStringLiteral("Change"));
        what->setCurrentIndex(1);
        auto* bits = named<QComboBox>(*map_, QStringLiteral("Bits of these layers"));
        bits->setCurrentIndex(bits->findData(8));
        const MethodSpec changed = map_->overrides().changedMethod(before);
        QVERIFY(changed.overrides.size() > 1);
        QCOMPARE(changedLayers(*model_, before, changed).size(), model_->linears.size());
        checkMethod(*model_, changed);
    }

    void blocksAreSortedByAModuleAndBack() {
        QCOMPARE(blocks(*map_), (QStringList{"Block 0", "Block 1", "Block 2", "Block 3"}));
        map_->setSelectedLayer(layerAt(*map_, 0, 0));
        act(*map_, QStringLiteral("Blocks by this module, largest first"));
        QCOMPARE(blocks(*map_), (QStringList{"Block 1", "Block 3", "Block 0", "Block 2"}));  // what is not known comes last
        QSignalSpy chosen(map_.get(), &ModelMapView::layerChosen);
        click(*map_, 1, 2);
        QCOMPARE(chosen.last().at(0).toInt(), 3);  // the block, not the row
        QCOMPARE(chosen.last().at(1).toString(), QString::fromStdString(model_->linears[21 + 2].name));
        act(*map_, QStringLiteral("Blocks in their order"));
        QCOMPARE(blocks(*map_), (QStringList{"Block 0", "Block 1", "Block 2", "Block 3"}));
        QHeaderView* modules = table(*map_).horizontalHeader();
        const QPoint first(modules->sectionViewportPosition(0) + modules->sectionSize(0) / 2, modules->height() / 2);
        QTest::mouseClick(modules->viewport(), Qt::LeftButton, {}, first);
        QCOMPARE(blocks(*map_), (QStringList{"Block 0", "Block 3", "Block 1", "Block 2"}));
        map_->setModel(model_);  // opened anew: in their order
        QCOMPARE(blocks(*map_), (QStringList{"Block 0", "Block 1", "Block 2", "Block 3"}));
    }

    void asManyOfTheLargestAreListedAsAreWanted() {
        auto* list = named<QListWidget>(*map_, QStringLiteral("Layers with the largest values"));
        QCOMPARE(list->count(), 10);
        named<QSpinBox>(*map_, QStringLiteral("Number of listed layers"))->setValue(3);
        QCOMPARE(list->count(), 3);
        QVERIFY(list->item(0)->text().startsWith(QStringLiteral("Block 3")));  // 27, the last layer's
        named<QSpinBox>(*map_, QStringLiteral("Number of listed layers"))->setValue(500);
        QCOMPARE(list->count(), 27);  // one is not known
    }

    void valuesAreAskedForWhenTheyAreLookedAt() {
        LayerMetric awaited;
        awaited.name = QStringLiteral("slow");
        awaited.tip = QStringLiteral("what it is");
        awaited.is_awaited = true;
        QSignalSpy wanted(map_.get(), &ModelMapView::valuesWanted);
        map_->setMetrics({map_->model().metric(), awaited});
        QCOMPARE(wanted.count(), 0);  // the first is shown
        auto* metric = named<QComboBox>(*map_, QStringLiteral("Metric"));
        metric->setCurrentIndex(1);
        QCOMPARE(wanted.count(), 1);
        QVERIFY(metric->toolTip().contains(awaited.tip));
        QVERIFY(metric->itemData(1, Qt::ToolTipRole).toString().contains(awaited.tip));
        map_->hide();
        map_->setMetrics({awaited});
        QCOMPARE(wanted.count(), 1);  // nobody looks
        map_->show();
        QCOMPARE(wanted.count(), 2);
        awaited.is_cancelled = true;
        map_->setMetrics({awaited});
        QCOMPARE(wanted.count(), 2);  // stopped by the user
        emit metric->activated(0);
        QCOMPARE(wanted.count(), 3);
        awaited.is_awaited = false;
        awaited.values.assign(model_->linears.size(), 1.0);
        map_->setMetrics({awaited});
        emit metric->activated(0);
        QCOMPARE(wanted.count(), 3);  // there they are
    }

    void allBlocksStayInSightInALowViewAndInLargeType() {
        QFont large = map_->font();
        large.setPointSizeF(1.6 * large.pointSizeF());
        const QTableView& cells = table(*map_);
        const auto isLastInSight = [&] {
            const QRect last = cells.visualRect(cells.model()->index(cells.model()->rowCount() - 1, 0));
            return cells.verticalScrollBar()->maximum() == 0 && last.isValid() && cells.viewport()->rect().contains(last);
        };
        for (const QFont& font : {map_->font(), large}) {
            map_->setFont(font);
            map_->resize(1200, 10);  // as low as it gets
            QTRY_VERIFY(isLastInSight());
            QTRY_VERIFY(cells.rowHeight(0) >= QFontMetrics(font).height());
        }
    }

    void itsDataAndItsPictureCanBeKept() {
        const QStringList lines = map_->model().toCsv().split(QLatin1Char('\n'));
        QCOMPARE(lines.size(), qsizetype{1 + 28 + 1});
        QCOMPARE(lines[0], QStringLiteral("block,layer,\"a \"\"metric\"\"\""));
        QCOMPARE(lines[1 + 7], QStringLiteral("1,%1,7").arg(QString::fromStdString(model_->linears[7].name)));
        QVERIFY(lines[1 + 14].endsWith(QLatin1Char(',')));
        QSignalSpy wanted(map_.get(), &ModelMapView::figureWanted);
        act(*map_, QStringLiteral("Save as figure…"));
        QCOMPARE(wanted.count(), 1);
        QVERIFY(map_->picture() != nullptr && map_->picture()->isAncestorOf(&table(*map_)));
        QVERIFY(map_->picture()->isAncestorOf(named<QListWidget>(*map_, QStringLiteral("Layers with the largest values"))));
    }

private:
    std::shared_ptr<const Model> model_;
    std::unique_ptr<ModelMapView> map_;
};

QTEST_MAIN(TestModelMap)
#include "tst_model_map.moc"
