#include <QSignalSpy>
#include <QTest>

#include "widgets/selection.h"

using namespace salient;

class TestSelection : public QObject {
    Q_OBJECT

private slots:
    void tellsWhatChangedOnce() {
        SelectionModel model;
        QSignalSpy changed(&model, &SelectionModel::changed);
        model.selectLayer(2, "model.layers.2.mlp.down_proj");
        model.selectCell(5, 37);
        QCOMPARE(changed.count(), 2);
        QCOMPARE(changed.last().at(0).value<Selection>(), (Selection{2, "model.layers.2.mlp.down_proj", 37, 5}));
        QCOMPARE(changed.last().at(1).value<Selection>().channel, Index{-1});
        model.selectCell(5, 37);
        model.selectChannel(37);
        QCOMPARE(changed.count(), 2);
    }

    void anotherLayerLetsChannelAndRowGo() {
        SelectionModel model;
        model.selectLayer(0, "a");
        model.selectCell(3, 4);
        model.selectLayer(0, "a");
        QCOMPARE(model.current().channel, Index{4});
        model.selectLayer(0, "b");
        QCOMPARE(model.current().channel, Index{-1});
        QCOMPARE(model.current().row, Index{-1});
    }
};

QTEST_APPLESS_MAIN(TestSelection)
#include "tst_selection.moc"
