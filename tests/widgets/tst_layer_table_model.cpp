#include "widgets/layer_table_model.h"

#include <QAbstractItemModelTester>
#include <QSortFilterProxyModel>
#include <QTest>
#include <limits>

using namespace salient;

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// How many bytes a layer has, and ten times as many.
class SizesModel : public LayerTableModel {
public:
    enum Column { Layer, Size, Tenfold, ColumnCount };

    SizesModel()
        : LayerTableModel({{"size", QStringLiteral("Size"), QStringLiteral("In bytes"), bytesText},
                           {"tenfold", QStringLiteral("Tenfold"), {}, bytesText}},
                          nullptr) {}
    void setSizes(QStringList layers, std::vector<double> sizes) {
        beginResetModel();
        sizes_ = std::move(sizes);
        setRows(std::move(layers));
        endResetModel();
    }

private:
    static QString bytesText(double bytes) { return QString::number(bytes, 'f', 1) + QStringLiteral(" B"); }
    [[nodiscard]] double number(int row, int column) const override {
        const double size = sizes_[static_cast<std::size_t>(row)];
        return column == Size ? size : 10.0 * size;
    }

    std::vector<double> sizes_;
};

const QStringList kLayers{QStringLiteral("model.layers.3.mlp.up_proj"), QStringLiteral("model.layers.12.mlp.up_proj"),
                          QStringLiteral("model.layers.12.self_attn.q_proj")};

QVariant at(const QAbstractItemModel& model, int row, int column, int role = Qt::DisplayRole) {
    return model.index(row, column).data(role);
}

}  // namespace

class TestLayerTableModel : public QObject {
    Q_OBJECT

private slots:
    void aRowIsALayerAndItsNumbers() {
        SizesModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setSizes(kLayers, {9.5, kUnknown, 10.0});
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.columnCount(), static_cast<int>(SizesModel::ColumnCount));
        QCOMPARE(model.rowCount(model.index(0, 0)), 0);
        QCOMPARE(at(model, 0, SizesModel::Layer).toString(), QStringLiteral("3 · mlp.up_proj"));
        QCOMPARE(at(model, 0, SizesModel::Size).toString(), QStringLiteral("9.5 B"));
        QCOMPARE(at(model, 0, SizesModel::Tenfold).toString(), QStringLiteral("95.0 B"));
        QCOMPARE(model.layer(1), kLayers[1]);
        QCOMPARE(model.layer(3), QString());
        QCOMPARE(model.layer(-1), QString());
        QCOMPARE(model.rowOf(kLayers[2]), 2);
        QCOMPARE(model.rowOf(QStringLiteral("up_proj")), -1);
        model.setSizes({}, {});
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.rowOf(kLayers[2]), -1);
    }

    void tipsHoldWhatIsCutOff() {
        SizesModel model;
        model.setSizes(kLayers, {0.123456789, kUnknown, 10.0});
        QVERIFY(at(model, 0, SizesModel::Layer, Qt::ToolTipRole).toString().contains(kLayers[0]));
        QCOMPARE(at(model, 0, SizesModel::Size, Qt::ToolTipRole).toString(), QStringLiteral("0.123456789"));
        QCOMPARE(model.headerData(SizesModel::Size, Qt::Horizontal, Qt::ToolTipRole).toString(), QStringLiteral("In bytes"));
        QVERIFY(model.headerData(SizesModel::Tenfold, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty());
    }

    void numbersStandUnderTheirTitlesAtTheRight() {
        SizesModel model;
        model.setSizes(kLayers, {1.0, 2.0, 3.0});
        const QStringList titles{QStringLiteral("Layer"), QStringLiteral("Size"), QStringLiteral("Tenfold")};
        for (int column = 0; column < model.columnCount(); ++column) {
            const int expected = static_cast<int>((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
            QCOMPARE(at(model, 0, column, Qt::TextAlignmentRole).toInt(), expected);
            QCOMPARE(model.headerData(column, Qt::Horizontal, Qt::TextAlignmentRole).toInt(), expected);
            QCOMPARE(model.headerData(column, Qt::Horizontal).toString(), titles[column]);
        }
        QVERIFY(!model.headerData(0, Qt::Vertical).isValid());
    }

    void layersSortByTheirPlaceAndNumbersByTheirSize() {
        SizesModel model;
        model.setSizes(kLayers, {10.0, 9.0, 100.0});
        QSortFilterProxyModel sorted;
        sorted.setSourceModel(&model);
        sorted.setSortRole(LayerTableModel::kSortRole);
        sorted.sort(SizesModel::Size);
        QCOMPARE(at(sorted, 0, SizesModel::Size).toString(), QStringLiteral("9.0 B"));
        QCOMPARE(at(sorted, 1, SizesModel::Size).toString(), QStringLiteral("10.0 B"));
        sorted.sort(SizesModel::Layer);
        QCOMPARE(at(sorted, 0, SizesModel::Layer).toString(), QStringLiteral("3 · mlp.up_proj"));  // by name, 12 would come first
    }

    void whatIsNotKnownIsADashAndAnEmptyField() {
        SizesModel model;
        model.setSizes(kLayers, {0.1, kUnknown, 3.0});
        QCOMPARE(at(model, 1, SizesModel::Size).toString(), QStringLiteral("–"));
        QVERIFY(!at(model, 1, SizesModel::Size, Qt::ToolTipRole).isValid());
        QCOMPARE(model.toCsv(), QStringLiteral("layer,size,tenfold\n"
                                               "model.layers.3.mlp.up_proj,0.10000000000000001,1\n"
                                               "model.layers.12.mlp.up_proj,,\n"
                                               "model.layers.12.self_attn.q_proj,3,30\n"));
    }
};

QTEST_MAIN(TestLayerTableModel)
#include "tst_layer_table_model.moc"
