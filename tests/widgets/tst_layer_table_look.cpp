#include "widgets/layer_table_look.h"

#include <QFontMetrics>
#include <QStandardItemModel>
#include <QStyle>
#include <QTableView>
#include <QTest>

#include "tests/widgets/painted_names.h"
#include "widgets/layer_name.h"

using namespace salient;

namespace {

const QStringList kLayers{QStringLiteral("model.layers.3.mlp.experts.7.down_proj"), QStringLiteral("model.layers.12.self_attn.q_proj"),
                          QStringLiteral("lm_head")};
constexpr int kNumbers = 3;

}  // namespace

class TestLayerTableLook : public QObject {
    Q_OBJECT

private slots:
    void aNameLosesWhatIsBetweenBlockAndModuleFirst_data() {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<QStringList>("shown");  // from all the room it wants to ever less
        QTest::newRow("expert") << kLayers[0]
                                << QStringList{QStringLiteral("3 · mlp.experts.7.down_proj"), QStringLiteral("3 · …experts.7.down_proj"),
                                               QStringLiteral("3 · …7.down_proj"), QStringLiteral("3 · …down_proj")};
        QTest::newRow("attention") << kLayers[1] << QStringList{QStringLiteral("12 · self_attn.q_proj"), QStringLiteral("12 · …q_proj")};
        QTest::newRow("no block") << QStringLiteral("decoder.final.lm_head")
                                  << QStringList{QStringLiteral("decoder.final.lm_head"), QStringLiteral("…final.lm_head"),
                                                 QStringLiteral("…lm_head")};
    }
    void aNameLosesWhatIsBetweenBlockAndModuleFirst() {
        QFETCH(QString, layer);
        QFETCH(QStringList, shown);
        const QFontMetrics metrics{QFont()};
        const QString name = shortLayerName(layer);
        for (const QString& expected : shown) {
            const int just_enough = metrics.horizontalAdvance(expected);
            QCOMPARE(elidedLayerName(name, metrics, just_enough), expected);
            QVERIFY(metrics.horizontalAdvance(elidedLayerName(name, metrics, just_enough - 1)) < just_enough);
        }
        // Less than block and module need: the block stays, and the end of the module.
        const QString block = name.left(name.indexOf(QStringLiteral("· ")) + 2).trimmed();
        const QString least = elidedLayerName(name, metrics, metrics.horizontalAdvance(shown.last()) - 1);
        QVERIFY2(name.contains(QStringLiteral(" · ")) ? least.startsWith(block) : least.startsWith(QChar(0x2026)), qPrintable(least));
        QVERIFY2(least.endsWith(name.right(3)), qPrintable(least));
        QVERIFY(!elidedLayerName(name, metrics, 0).contains(name));
    }

    void aNarrowTableShowsBlockAndModuleOfEachLayer() {
        QStandardItemModel model(static_cast<int>(kLayers.size()), 1 + kNumbers);
        for (int row = 0; row < model.rowCount(); ++row) {
            model.setItem(row, 0, new QStandardItem(shortLayerName(kLayers[row])));
            for (int column = 1; column <= kNumbers; ++column) model.setItem(row, column, new QStandardItem(QStringLiteral("12.34 %")));
        }
        QTableView table;
        table.setModel(&model);
        showAsLayers(table, 8, 10);
        PaintedNames names(table);
        table.resize(1000, 300);
        table.show();
        QVERIFY(QTest::qWaitForWindowExposed(&table));
        QTRY_COMPARE(names.read(), (QStringList{QStringLiteral("3 · mlp.experts.7.down_proj"), QStringLiteral("12 · self_attn.q_proj"),
                                                QStringLiteral("lm_head")}));

        // Room for the numbers, and for the shortest form of the longest name.
        const int margins = 2 * (table.style()->pixelMetric(QStyle::PM_FocusFrameHMargin, nullptr, &table) + 1);
        const int least = table.fontMetrics().horizontalAdvance(QStringLiteral("3 · …down_proj")) + margins + 2;
        table.resize(table.width() - table.columnWidth(0) + least, 300);
        QTRY_COMPARE(names.read(),
                     (QStringList{QStringLiteral("3 · …down_proj"), QStringLiteral("12 · …q_proj"), QStringLiteral("lm_head")}));
        QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("3 · mlp.experts.7.down_proj"));  // what is copied and read aloud
    }
};

QTEST_MAIN(TestLayerTableLook)
#include "tst_layer_table_look.moc"
