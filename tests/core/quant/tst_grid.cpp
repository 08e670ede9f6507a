#include <QTest>

#include "core/kernels/parallel.h"
#include "core/quant/grid.h"
#include "core/quant/mse_search.h"
#include "tests/core/quant/cases.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::test;

namespace {

SafetensorsFile reference() { return SafetensorsFile::open(salient::test::testDataFolder() / "quant/reference.safetensors"); }

Index groupWidthOf(const GridSpec& spec, Index n_columns) { return spec.per_tensor ? n_columns : spec.groupSizeFor(n_columns); }

}  // namespace

class TestGrid : public QObject {
    Q_OBJECT
private slots:
    void cleanup() { setThreadCount(0); }
    void matchesTheIndependentReference_data();
    void matchesTheIndependentReference();
    void halfwayValuesRoundToEven();
    void int8HasAsManyCodesBelowZeroAsAbove();
    void errorStaysWithinHalfAStep_data();
    void errorStaysWithinHalfAStep();
    void fastFormHasTheBitsOfTheDefinition_data() { errorStaysWithinHalfAStep_data(); }
    void fastFormHasTheBitsOfTheDefinition();
    void anyThreadCountGivesTheSameBits();
    void allZeroWeightsStayZero();
    void constantRowsKeepTheirValue();
    void oneSignedGroupsAreNotClipped();
    void mseSearchNeverLosesToTheFullRange();
    void quickMseSearchChoosesWhatItsDefinitionChooses_data();
    void quickMseSearchChoosesWhatItsDefinitionChooses();
    void scalesAreRoundedToTheirStoredTypeFirst();
    void scaleTooSmallForItsTypeBecomesTheSmallest();
    void scaleTooLargeForItsTypeIsRefusedByRowAndGroup();
    void nonFiniteWeightIsNamedByRowAndColumn();
    void invalidOptionsAreNamed_data();
    void invalidOptionsAreNamed();
    void packedBytesCountCodesScalesAndZeros();
    void saturatedFractionCountsBothEnds();
    void scalesBelowTheirStoredTypeAreCounted();
    void groupsWithAnotherGridThanThatOfTheirRangeAreCounted_data();
    void groupsWithAnotherGridThanThatOfTheirRangeAreCounted();
    void countsAreThoseOfTheDefinitionForAnyThreadCount();
    void oneScalePerTensorIsSharedByAllRows();
};

void TestGrid::matchesTheIndependentReference_data() {
    QTest::addColumn<QString>("variant");
    QTest::addColumn<int>("bits");
    QTest::addColumn<QString>("rule");
    QTest::addColumn<int>("group_size");
    QTest::addColumn<bool>("mse");
    for (int bits = 2; bits <= 8; ++bits) {
        for (const char* rule : {"sym", "asym", "awq"}) {
            for (const int group_size : {16, -1}) {
                const QString name = QString("b%1.%2.g%3").arg(bits).arg(rule).arg(group_size);
                QTest::newRow(qPrintable(name)) << name << bits << rule << group_size << false;
            }
        }
    }
    QTest::newRow("int8") << "b8.int8.g-1" << 8 << "int8" << -1 << false;
    QTest::newRow("mse sym") << "b3.sym.g16.mse" << 3 << "sym" << 16 << true;
    QTest::newRow("mse asym") << "b3.asym.g16.mse" << 3 << "asym" << 16 << true;
}

void TestGrid::matchesTheIndependentReference() {
    QFETCH(QString, variant);
    QFETCH(int, bits);
    QFETCH(QString, rule);
    QFETCH(int, group_size);
    QFETCH(bool, mse);
    GridSpec spec;
    spec.bits = bits;
    spec.group_size = group_size;
    spec.is_symmetric = rule == "sym" || rule == "int8";
    spec.rule = rule == "awq" ? GridRule::Awq : rule == "int8" ? GridRule::Int8 : GridRule::Gptq;
    spec.mse_search = mse;
    const SafetensorsFile expected = reference();
    const std::string prefix = "rtn." + variant.toStdString();
    const QuantizedTensor tensor = quantizeNearest(toMatrix(expected.tensor("layer.W")), spec);
    QVERIFY(tensor.codes == codeMatrix<CodeMatrix>(expected.tensor(prefix + ".codes")));
    QVERIFY(tensor.scale == toMatrix(expected.tensor(prefix + ".scale")));
    QVERIFY(tensor.zero == toMatrix(expected.tensor(prefix + ".zero")));
    QVERIFY(tensor.dequantize() == toMatrix(expected.tensor(prefix + ".dequant")));
}

void TestGrid::halfwayValuesRoundToEven() {
    const GridPoint grid{1.0F, 8.0F};
    QCOMPARE(int(roundToGrid(0.5F, grid, 15)), 8);
    QCOMPARE(int(roundToGrid(1.5F, grid, 15)), 10);
    QCOMPARE(int(roundToGrid(2.5F, grid, 15)), 10);
    QCOMPARE(int(roundToGrid(-0.5F, grid, 15)), 8);
    QCOMPARE(int(roundToGrid(-1.5F, grid, 15)), 6);
    QCOMPARE(int(roundToGrid(100.0F, grid, 15)), 15);
    QCOMPARE(int(roundToGrid(-100.0F, grid, 15)), 0);
}

// [-127, 127]: a weight beyond the range, as the search of scales leaves it, does not become -128.
void TestGrid::int8HasAsManyCodesBelowZeroAsAbove() {
    GridSpec spec;
    spec.bits = 8;
    spec.rule = GridRule::Int8;
    spec.group_size = -1;
    const GridPoint grid{1.0F, 128.0F};
    QCOMPARE(int(roundToGrid(-127.0F, grid, spec.codeRange())), 1);
    QCOMPARE(int(roundToGrid(-200.0F, grid, spec.codeRange())), 1);
    QCOMPARE(int(roundToGrid(200.0F, grid, spec.codeRange())), 255);
    QCOMPARE(int(roundToGrid(-200.0F, grid, GridSpec{.bits = 8}.codeRange())), 0);
    spec.mse_search = true;
    Matrix weight(2, 4000);
    weight.row(0).setLinSpaced(-0.95F, 0.95F);
    weight(0, 0) = -1.0F;
    weight.row(1) = -weight.row(0);
    const QuantizedTensor tensor = quantizeNearest(weight, spec);
    QVERIFY(tensor.scale.maxCoeff() < 1.0F / 127.0F);  // the range was shrunken: 1 and -1 lie beyond it
    QCOMPARE(int(tensor.codes(0, 0)), 1);
    QCOMPARE(int(tensor.codes(1, 0)), 255);
    QCOMPARE(int(tensor.codes.minCoeff()), 1);
    QVERIFY(tensor.scale(0, 0) == tensor.scale(1, 0));
    const QuantizedTensor plain = quantizeNearestPlain(weight, spec);
    QVERIFY(tensor.codes == plain.codes && tensor.scale == plain.scale);
}

void TestGrid::errorStaysWithinHalfAStep_data() {
    QTest::addColumn<GridSpec>("spec");
    for (const GridRule rule : {GridRule::Gptq, GridRule::Awq, GridRule::Int8}) {
        for (const bool is_symmetric : {false, true}) {
            if ((rule == GridRule::Awq && is_symmetric) || (rule == GridRule::Int8 && !is_symmetric)) continue;
            for (int bits = 2; bits <= 8; ++bits) {
                for (const Index group_size : {Index{-1}, Index{1}, Index{16}, Index{64}, Index{1000}}) {
                    GridSpec spec;
                    spec.bits = bits;
                    spec.is_symmetric = is_symmetric;
                    spec.group_size = group_size;
                    spec.rule = rule;
                    QTest::addRow("rule %d %s %d bits groups of %d", int(rule), is_symmetric ? "sym" : "asym", bits, int(group_size))
                        << spec;
                }
            }
        }
    }
}

void TestGrid::errorStaysWithinHalfAStep() {
    QFETCH(GridSpec, spec);
    const Matrix weight = randomMatrix(9, 83, 5);  // the last group is ragged
    const QuantizedTensor tensor = quantizeNearest(weight, spec);
    const Matrix rounded = tensor.dequantize();
    const Index width = groupWidthOf(spec, weight.cols());
    QCOMPARE(tensor.scale.cols(), (weight.cols() + width - 1) / width);
    for (Index row = 0; row < weight.rows(); ++row) {
        for (Index col = 0; col < weight.cols(); ++col) {
            const Index group = tensor.group_index[static_cast<std::size_t>(col)];
            QCOMPARE(group, col / width);
            const float step = tensor.scale(row, group);
            // A rounded zero point moves the grid against the range by up to another half step.
            const float steps = spec.is_symmetric ? 0.5F : 1.0F;
            QVERIFY(std::abs(weight(row, col) - rounded(row, col)) <= steps * step * (1.0F + 16.0F * 1.2e-7F * 256.0F));
        }
    }
}

void TestGrid::fastFormHasTheBitsOfTheDefinition() {
    QFETCH(GridSpec, spec);
    const Matrix weight = randomMatrix(37, 150, 6);
    const QuantizedTensor fast = quantizeNearest(weight, spec);
    const QuantizedTensor plain = quantizeNearestPlain(weight, spec);
    QVERIFY(fast.codes == plain.codes);
    QVERIFY(fast.scale == plain.scale);
    QVERIFY(fast.zero == plain.zero);
    QCOMPARE(fast.group_index, plain.group_index);
    const Matrix block = randomMatrix(80, 300, 7);
    QVERIFY(quantizeNearest(block.block(3, 5, 37, 150), spec).codes == quantizeNearestPlain(block.block(3, 5, 37, 150), spec).codes);
}

void TestGrid::anyThreadCountGivesTheSameBits() {
    const Matrix weight = randomMatrix(200, 96, 8);
    GridSpec spec;
    spec.group_size = 32;
    setThreadCount(1);
    const QuantizedTensor one = quantizeNearest(weight, spec);
    for (const int n_threads : {2, 8}) {
        setThreadCount(n_threads);
        const QuantizedTensor many = quantizeNearest(weight, spec);
        QVERIFY(many.codes == one.codes);
        QVERIFY(many.scale == one.scale);
    }
}

void TestGrid::allZeroWeightsStayZero() {
    for (const GridRule rule : {GridRule::Gptq, GridRule::Awq, GridRule::Int8}) {
        for (const bool mse : {false, true}) {
            GridSpec spec;
            spec.rule = rule;
            spec.is_symmetric = rule != GridRule::Awq;
            spec.group_size = 8;
            spec.mse_search = mse;
            const QuantizedTensor tensor = quantizeNearest(Matrix::Zero(3, 20), spec);
            QVERIFY(tensor.scale.minCoeff() > 0.0F);
            QVERIFY((tensor.dequantize().array() == 0.0F).all());
        }
    }
}

void TestGrid::constantRowsKeepTheirValue() {
    Matrix weight(4, 20);
    weight.row(0).setConstant(0.3F);
    weight.row(1).setConstant(-0.3F);
    weight.row(2).setConstant(1e-3F);
    weight.row(3).setConstant(-40.0F);
    for (const GridRule rule : {GridRule::Gptq, GridRule::Awq}) {
        GridSpec spec;
        spec.rule = rule;
        spec.is_symmetric = false;
        spec.group_size = -1;
        const Matrix rounded = quantizeNearest(weight, spec).dequantize();
        QVERIFY(((rounded - weight).array().abs() <= 1e-6F * weight.array().abs()).all());
    }
}

void TestGrid::oneSignedGroupsAreNotClipped() {
    const Matrix weight = randomMatrix(4, 64, 9).cwiseAbs().array() + 0.5F;
    for (const GridRule rule : {GridRule::Gptq, GridRule::Awq}) {
        for (const float sign : {1.0F, -1.0F}) {
            for (const bool is_symmetric : {false, true}) {
                if (rule == GridRule::Awq && is_symmetric) continue;
                GridSpec spec;
                spec.rule = rule;
                spec.is_symmetric = is_symmetric;
                spec.group_size = 32;
                const QuantizedTensor tensor = quantizeNearest(sign * weight, spec);
                const float step = tensor.scale.maxCoeff();
                QVERIFY((tensor.dequantize() - sign * weight).cwiseAbs().maxCoeff() <= step);
            }
        }
    }
}

void TestGrid::mseSearchNeverLosesToTheFullRange() {
    const Matrix weight = randomMatrix(16, 128, 10);
    for (const bool is_symmetric : {false, true}) {
        GridSpec spec;
        spec.bits = 3;
        spec.is_symmetric = is_symmetric;
        spec.group_size = 64;
        const auto loss = [&](const GridSpec& s) {
            return (quantizeNearest(weight, s).dequantize() - weight).cast<double>().array().abs().pow(2.4).sum();
        };
        const double full = loss(spec);
        spec.mse_search = true;
        QVERIFY(loss(spec) < 0.95 * full);
    }
}

void TestGrid::quickMseSearchChoosesWhatItsDefinitionChooses_data() {
    QTest::addColumn<int>("bits");
    QTest::addColumn<bool>("is_symmetric");
    QTest::addColumn<int>("count");
    for (const int bits : {2, 3, 4, 8}) {
        for (const int count : {1, 2, 7, 16, 128, 1003}) {
            for (const bool is_symmetric : {false, true})
                QTest::addRow("%d bits %s %d", bits, is_symmetric ? "sym" : "asym", count) << bits << is_symmetric << count;
        }
    }
}

void TestGrid::quickMseSearchChoosesWhatItsDefinitionChooses() {
    QFETCH(int, bits);
    QFETCH(bool, is_symmetric);
    QFETCH(int, count);
    GridSpec spec;
    spec.bits = bits;
    spec.is_symmetric = is_symmetric;
    for (unsigned seed = 0; seed < 20; ++seed) {
        Matrix weights = randomMatrix(1, count, 900 + seed);
        if (seed % 4 == 1) weights(0, count / 2) *= 50.0F;
        if (seed % 4 == 2) weights *= 1e-12F;
        if (seed % 4 == 3) weights = (weights * 4.0F).array().round();  // many weights on the grid
        if (seed % 5 == 0) spec.scale_type = DType::F16;
        const float lowest = weights.minCoeff();
        const float highest = weights.maxCoeff();
        const GridPoint plain = searchShrunkenGridPlain(weights.data(), count, lowest, highest, spec);
        const GridPoint quick = searchShrunkenGrid(weights.data(), count, lowest, highest, spec);
        QVERIFY2(quick.scale == plain.scale && quick.zero == plain.zero, qPrintable(QString("seed %1").arg(seed)));
        spec.scale_type = DType::F32;
    }
}

void TestGrid::scalesAreRoundedToTheirStoredTypeFirst() {
    const Matrix weight = randomMatrix(8, 64, 11) * 0.05F;
    for (const DType type : {DType::F16, DType::BF16}) {
        GridSpec spec;
        spec.group_size = 16;
        spec.is_symmetric = false;
        spec.scale_type = type;
        const QuantizedTensor tensor = quantizeNearest(weight, spec);
        bool some_moved = false;
        for (Index row = 0; row < 8; ++row) {
            for (Index group = 0; group < 4; ++group) {
                const float scale = tensor.scale(row, group);
                QCOMPARE(scale, roundToStored(scale, type));
                const GridSpec exact = [&] {
                    GridSpec s = spec;
                    s.scale_type = DType::F32;
                    return s;
                }();
                some_moved = some_moved || gridOf(weight.row(row).data() + group * 16, 16, exact).scale != scale;
                for (Index col = group * 16; col < group * 16 + 16; ++col)
                    QCOMPARE(tensor.codes(row, col), roundToGrid(weight(row, col), {scale, tensor.zero(row, group)}, 15));
            }
        }
        QVERIFY(some_moved);
    }
}

void TestGrid::scaleTooSmallForItsTypeBecomesTheSmallest() {
    GridSpec spec;
    spec.group_size = -1;
    spec.scale_type = DType::F16;
    const QuantizedTensor tensor = quantizeNearest(Matrix::Constant(1, 4, 1e-9F), spec);
    QCOMPARE(tensor.scale(0, 0), 0x1p-24F);
    QVERIFY((tensor.dequantize().array() == 0.0F).all());
}

void TestGrid::scaleTooLargeForItsTypeIsRefusedByRowAndGroup() {
    GridSpec spec;
    spec.group_size = 4;
    spec.scale_type = DType::F16;
    Matrix weight = Matrix::Ones(3, 8);
    weight(1, 6) = 1e7F;
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)quantizeNearest(weight, spec); }, &message), int(ErrorCode::NonFinite));
    QVERIFY2(message.find("row 1, group 1") != std::string::npos, message.c_str());
    QVERIFY(message.find("F16") != std::string::npos);
}

void TestGrid::nonFiniteWeightIsNamedByRowAndColumn() {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Matrix weight = randomMatrix(100, 33, 12);
        weight(71, 32) = bad;
        std::string message;
        QCOMPARE(errorCodeOf([&] { (void)quantizeNearest(weight, GridSpec{}); }, &message), int(ErrorCode::NonFinite));
        QVERIFY2(message.find("row 71, column 32") != std::string::npos, message.c_str());
    }
}

void TestGrid::invalidOptionsAreNamed_data() {
    QTest::addColumn<GridSpec>("spec");
    QTest::addColumn<QString>("named");
    const auto add = [](const char* row, const QString& named, auto change) {
        GridSpec spec;
        change(spec);
        QTest::newRow(row) << spec << named;
    };
    add("one bit", "bits: expected 2 … 8, found 1", [](GridSpec& s) { s.bits = 1; });
    add("nine bits", "bits: expected 2 … 8, found 9", [](GridSpec& s) { s.bits = 9; });
    add("group of none", "group size", [](GridSpec& s) { s.group_size = 0; });
    add("negative group", "group size", [](GridSpec& s) { s.group_size = -2; });
    add("symmetric AWQ", "AWQ rule, found symmetric", [](GridSpec& s) { s.rule = GridRule::Awq; });
    add("asymmetric int8", "int8 rule, found asymmetric", [](GridSpec& s) {
        s.rule = GridRule::Int8;
        s.is_symmetric = false;
    });
    add("per tensor without int8", "per tensor", [](GridSpec& s) { s.per_tensor = true; });
    add("integer scales", "scale type", [](GridSpec& s) { s.scale_type = DType::I8; });
}

void TestGrid::invalidOptionsAreNamed() {
    QFETCH(GridSpec, spec);
    QFETCH(QString, named);
    std::string message;
    QCOMPARE(errorCodeOf([&] { spec.validate(); }, &message), int(ErrorCode::InvalidOption));
    QVERIFY2(QString::fromStdString(message).contains(named), message.c_str());
    QCOMPARE(errorCodeOf([&] { (void)quantizeNearest(Matrix::Ones(2, 2), spec); }), int(ErrorCode::InvalidOption));
}

void TestGrid::packedBytesCountCodesScalesAndZeros() {
    GridSpec spec;
    spec.group_size = 32;
    spec.scale_type = DType::F16;
    const Matrix weight = randomMatrix(4, 64, 13);
    QCOMPARE(quantizeNearest(weight, spec).packedBytes(), std::int64_t{128 + 8 * 2});
    spec.is_symmetric = false;
    QCOMPARE(quantizeNearest(weight, spec).packedBytes(), std::int64_t{128 + 8 * 2 + 4});
    spec.bits = 3;
    QCOMPARE(quantizeNearest(weight, spec).packedBytes(), std::int64_t{96 + 8 * 2 + 3});
}

void TestGrid::scalesBelowTheirStoredTypeAreCounted() {
    Matrix weight = Matrix::Constant(3, 8, 1.0F);
    weight.row(1).setConstant(1e-9F);  // a scale of 1e-10 is zero in float16
    GridSpec spec;
    spec.group_size = 4;
    QCOMPARE(quantizeNearest(weight, spec).counts.n_raised_scales, Index{0});
    spec.scale_type = DType::F16;
    QCOMPARE(quantizeNearest(weight, spec).counts.n_raised_scales, Index{2});
    QCOMPARE(quantizeNearest(weight, spec).scale(1, 0), smallestScale(DType::F16));
}

void TestGrid::groupsWithAnotherGridThanThatOfTheirRangeAreCounted_data() {
    QTest::addColumn<GridSpec>("spec");
    QTest::addColumn<std::vector<float>>("group");
    QTest::addColumn<GridCounts>("expected");
    const auto spec = [](GridRule rule, bool is_symmetric, int bits, DType scale_type) {
        GridSpec made;
        made.rule = rule;
        made.is_symmetric = is_symmetric;
        made.bits = bits;
        made.scale_type = scale_type;
        made.group_size = -1;
        return made;
    };
    const GridSpec symmetric = spec(GridRule::Gptq, true, 4, DType::F32);
    const GridSpec asymmetric = spec(GridRule::Gptq, false, 4, DType::F32);
    const GridSpec awq = spec(GridRule::Awq, false, 4, DType::F32);
    const GridSpec int8 = spec(GridRule::Int8, true, 8, DType::F32);
    const GridSpec half = spec(GridRule::Gptq, true, 4, DType::F16);
    const std::vector<float> zeros(4, 0.0F);
    const std::vector<float> narrow{1e-6F, -1e-6F, 0.0F, 5e-7F};
    const std::vector<float> positive{1.0F, 2.0F, 3.0F, 4.0F};
    const std::vector<float> negative{-1.0F, -2.0F, -3.0F, -4.0F};
    QTest::newRow("zeros") << symmetric << zeros << GridCounts{.n_raised_ranges = 1};
    QTest::newRow("zeros, asymmetric") << asymmetric << zeros << GridCounts{.n_raised_ranges = 1};
    QTest::newRow("zeros, AWQ") << awq << zeros << GridCounts{.n_raised_ranges = 1};
    QTest::newRow("zeros, int8") << int8 << zeros << GridCounts{.n_raised_ranges = 1};
    QTest::newRow("narrower than AWQ's least range") << awq << narrow << GridCounts{.n_raised_ranges = 1};
    QTest::newRow("narrower than int8's least range") << int8 << narrow << GridCounts{.n_raised_ranges = 1};
    QTest::newRow("GPTQ has no least range") << asymmetric << narrow << GridCounts{};
    QTest::newRow("all positive") << asymmetric << positive << GridCounts{.n_widened_ranges = 1};
    QTest::newRow("all negative") << asymmetric << negative << GridCounts{.n_widened_ranges = 1};
    QTest::newRow("all negative, AWQ") << awq << negative << GridCounts{.n_widened_ranges = 1};
    QTest::newRow("a symmetric range has zero in its middle") << symmetric << positive << GridCounts{};
    QTest::newRow("from zero") << asymmetric << std::vector<float>{0.0F, 1.0F, 2.0F} << GridCounts{};
    // With 15 steps from −7.5 to 7.5 the scale is the unit.
    const auto steps = [](float unit) { return std::vector<float>{-7.5F * unit, 7.5F * unit}; };
    QTest::newRow("below the smallest normal float16") << half << steps(0x1p-15F) << GridCounts{.n_subnormal_scales = 1};
    QTest::newRow("the smallest normal float16") << half << steps(0x1p-14F) << GridCounts{};
    QTest::newRow("normal in bfloat16") << spec(GridRule::Gptq, true, 4, DType::BF16) << steps(0x1p-15F) << GridCounts{};
    QTest::newRow("the smallest float16") << half << steps(0x1p-24F) << GridCounts{.n_subnormal_scales = 1};
    QTest::newRow("zero in float16") << half << steps(0x1p-26F) << GridCounts{.n_raised_scales = 1};
    // 255 steps of 1.4 units, stored as one unit: zero lies 357 of them above the lowest weight.
    const std::vector<float> beyond{-357.0F * 0x1p-24F, 0.0F, -100.0F * 0x1p-24F};
    const GridCounts clamped{.n_clamped_zeros = 1, .n_subnormal_scales = 1};
    QTest::newRow("zero beyond the last code") << spec(GridRule::Gptq, false, 8, DType::F16) << beyond << clamped;
    QTest::newRow("zero beyond the last code, AWQ") << spec(GridRule::Awq, false, 8, DType::F16) << beyond << clamped;
}

void TestGrid::groupsWithAnotherGridThanThatOfTheirRangeAreCounted() {
    QFETCH(GridSpec, spec);
    QFETCH(std::vector<float>, group);
    QFETCH(GridCounts, expected);
    const Matrix weight = Eigen::Map<const Matrix>(group.data(), 1, static_cast<Index>(group.size()));
    QVERIFY(quantizeNearest(weight, spec).counts == expected);
    QVERIFY(quantizeNearestPlain(weight, spec).counts == expected);
}

void TestGrid::countsAreThoseOfTheDefinitionForAnyThreadCount() {
    constexpr Index kGroups = 5;
    Matrix weight = randomMatrix(100, kGroups * 16, 15);
    for (Index group = 0; group < kGroups; ++group) {  // of both signs
        weight.col(group * 16).setConstant(1.0F);
        weight.col(group * 16 + 1).setConstant(-1.0F);
    }
    // Twenty rows of each kind.
    for (Index row = 0; row < weight.rows(); row += 5) {
        weight.row(row + 1).setZero();
        weight.row(row + 2) *= 1e-9F;
        weight.row(row + 3) = weight.row(row + 3).cwiseAbs().array() + 0.1F;
        weight.row(row + 4) *= 1e-4F;
    }
    GridSpec spec;
    spec.group_size = 16;
    spec.is_symmetric = false;
    spec.scale_type = DType::F16;
    const Index each = 20 * kGroups;
    const GridCounts expected{.n_raised_ranges = each, .n_widened_ranges = each, .n_raised_scales = each, .n_subnormal_scales = each};
    QVERIFY(quantizeNearestPlain(weight, spec).counts == expected);
    for (const int n_threads : {1, 8}) {
        setThreadCount(n_threads);
        QVERIFY(quantizeNearest(weight, spec).counts == expected);
    }
    spec.mse_search = true;
    QVERIFY(quantizeNearest(weight, spec).counts == quantizeNearestPlain(weight, spec).counts);
}

void TestGrid::saturatedFractionCountsBothEnds() {
    Matrix weight(1, 8);
    weight << -8.0F, 7.0F, 0.0F, 1.0F, -1.0F, 2.0F, 100.0F, 3.0F;
    GridSpec spec;
    spec.group_size = -1;
    QuantizedTensor tensor = quantizeNearest(weight, spec);
    tensor.codes << 0, 15, 8, 9, 7, 10, 15, 11;
    QCOMPARE(tensor.saturatedFraction(), 3.0 / 8.0);
}

void TestGrid::oneScalePerTensorIsSharedByAllRows() {
    const Matrix weight = randomMatrix(5, 30, 14);
    GridSpec spec;
    spec.bits = 8;
    spec.rule = GridRule::Int8;
    spec.per_tensor = true;
    spec.group_size = -1;
    spec.scale_type = DType::F16;
    const QuantizedTensor tensor = quantizeNearest(weight, spec);
    QCOMPARE(tensor.scale.cols(), Index{1});
    QVERIFY((tensor.scale.array() == roundToStored(weight.cwiseAbs().maxCoeff() / 127.0F, DType::F16)).all());
    QCOMPARE(tensor.packedBytes(), std::int64_t{150 + 2});
    QVERIFY(tensor.codes == quantizeNearestPlain(weight, spec).codes);
    // One scale, counted once: 1e-5 / 127 is no normal float16.
    const Matrix tiny = Matrix::Constant(5, 30, 1e-9F);
    const GridCounts expected{.n_raised_ranges = 1, .n_subnormal_scales = 1};
    QVERIFY(quantizeNearest(tiny, spec).counts == expected);
    QVERIFY(quantizeNearestPlain(tiny, spec).counts == expected);
}

QTEST_APPLESS_MAIN(TestGrid)
#include "tst_grid.moc"
