#include <QTest>
#include <algorithm>
#include <array>
#include <numeric>

#include "core/kernels/parallel.h"
#include "core/quant/gptq.h"
#include "core/quant/layer_error.h"
#include "tests/core/quant/cases.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::test;

namespace {

using GroupParameters = GptqOptions::GroupParameters;

SafetensorsFile reference() { return SafetensorsFile::open(salient::test::testDataFolder() / "quant/reference.safetensors"); }

GridSpec gridOf(int bits, bool is_symmetric, Index group_size) {
    GridSpec spec;
    spec.bits = bits;
    spec.is_symmetric = is_symmetric;
    spec.group_size = group_size;
    return spec;
}

GptqResult solve(const Matrix& weight, const Matrix& hessian, const GridSpec& grid, const GptqOptions& options = {}) {
    JobContext job;
    return quantizeGptq(weight, hessian, grid, options, job);
}

double totalLoss(const GptqResult& result) { return std::accumulate(result.column_loss.begin(), result.column_loss.end(), 0.0); }

// Rows in which two shrunken grids are so nearly as good as each other that float32's rounding of what they are judged by can decide
// either way: those that get other grids once their weights move by about ten times as much.
std::vector<Index> rowsOfUndecidedGrids(const GptqResult& paper, const Matrix& weight, const Matrix& hessian, const GptqOptions& options) {
    std::vector<bool> is_undecided(static_cast<std::size_t>(weight.rows()));
    for (unsigned seed = 0; seed < 4; ++seed) {
        const Matrix change = 1e-5F * randomMatrix(weight.rows(), weight.cols(), 700 + seed);
        const GptqResult moved = quantizeGptqPlain(weight + weight.cwiseProduct(change), hessian, paper.tensor.spec, options);
        for (Index row = 0; row < weight.rows(); ++row) {
            const auto scale = paper.tensor.scale.row(row);
            const bool is_same = ((moved.tensor.scale.row(row) - scale).array().abs() <= 1e-3F * scale.array()).all() &&
                                 moved.tensor.zero.row(row) == paper.tensor.zero.row(row);
            if (!is_same) is_undecided[static_cast<std::size_t>(row)] = true;
        }
    }
    std::vector<Index> rows;
    for (Index row = 0; row < weight.rows(); ++row) {
        if (is_undecided[static_cast<std::size_t>(row)]) rows.push_back(row);
    }
    return rows;
}

Matrix dampedHessian(Matrix hessian, double fraction) {
    hessian.diagonal().array() += static_cast<float>(fraction * hessian.diagonal().cast<double>().mean());
    return hessian;
}

}  // namespace

class TestGptq : public QObject {
    Q_OBJECT
private slots:
    void cleanup() { setThreadCount(0); }
    void matchesTheIndependentReference_data();
    void matchesTheIndependentReference();
    void inverseFreeFormGivesTheCodesOfThePaper_data();
    void inverseFreeFormGivesTheCodesOfThePaper();
    void widePanelsGiveTheCodesOfThePaper();
    void lossIsHalfTheTraceOfTheErrorForm_data();
    void lossIsHalfTheTraceOfTheErrorForm();
    void diagonalHessianGivesRoundToNearest_data();
    void diagonalHessianGivesRoundToNearest();
    void permutedRowsGivePermutedResults();
    void anyThreadCountGivesTheSameBits();
    void gridsAreCountedWheneverTheyAreTaken_data();
    void gridsAreCountedWheneverTheyAreTaken();
    void beatsRoundToNearest();
    void int8WeightsStayWithinTheirRange();
    void scaleOfTheHessianDoesNotMatter();
    void blockSizeDoesNotChangeFreshResults();
    void oddShapesWork_data();
    void oddShapesWork();
    void allZeroWeightsStayZero();
    void deadColumnsAreZeroAndListed();
    void dampingIsRetriedAndRecorded();
    void hopelessHessianIsRefusedWithAllTries();
    void keptColumnsStayUnroundedAndLowerTheLoss();
    void givenOrderIsFollowed();
    void nonFiniteInputIsNamed();
    void errorsThatOverflowAreRefused();
    void wrongShapesAreNamed();
    void invalidOptionsAreNamed_data();
    void invalidOptionsAreNamed();
    void stopIsHeard();
};

void TestGptq::matchesTheIndependentReference_data() {
    QTest::addColumn<QString>("layer");
    QTest::addColumn<QString>("variant");
    QTest::addColumn<bool>("plain");
    for (const bool plain : {false, true}) {
        const char* form = plain ? "plain" : "fast";
        for (const char* variant :
             {"b4.asym.g16", "b4.asym.g16.fresh", "b4.sym.g-1", "b3.asym.g-1.actorder", "b4.asym.g16.actorder",
              "b4.asym.g16.actorder.fresh", "b4.sym.g16.static", "b2.asym.g16.actorder.static", "b8.sym.g-1", "b3.asym.g24.block16",
              "b3.asym.g24.block16.fresh", "b4.sym.g-1.fresh", "b3.asym.g16.mse", "b3.asym.g16.fresh.mse", "b3.sym.g16.block16.mse"})
            QTest::addRow("%s %s", form, variant) << "layer" << QString("gptq.") + variant << plain;
        for (const char* variant : {"b4.asym.g16", "b4.sym.g-1", "b4.sym.g-1.fresh", "b4.asym.g16.actorder", "b2.asym.g16.actorder.static"})
            QTest::addRow("%s dead %s", form, variant) << "dead" << QString("dead.gptq.") + variant << plain;
        QTest::addRow("%s worked example", form) << "worked"
                                                 << "worked.gptq" << plain;
    }
}

void TestGptq::matchesTheIndependentReference() {
    QFETCH(QString, layer);
    QFETCH(QString, variant);
    QFETCH(bool, plain);
    const SafetensorsFile file = reference();
    const std::string v = variant.toStdString();
    const auto number = [&](const char* prefix, int otherwise) {
        for (const QString& part : variant.split('.')) {
            bool is_number = false;
            const int value = part.mid(int(std::strlen(prefix))).toInt(&is_number);
            if (part.startsWith(prefix) && is_number) return value;
        }
        return otherwise;
    };
    GridSpec grid = gridOf(number("b", 4), !variant.contains("asym"), number("g", -1));
    grid.mse_search = variant.contains("mse");
    GptqOptions options;
    options.act_order = variant.contains("actorder");
    options.static_groups = variant.contains("static");
    options.group_parameters = variant.contains("fresh") ? GroupParameters::Fresh : GroupParameters::Published;
    options.block_size = number("block", 128);
    const Matrix weight = toMatrix(file.tensor(layer.toStdString() + ".W"));
    const Matrix hessian = toMatrix(file.tensor(layer.toStdString() + ".H"));
    const GptqResult result = plain ? quantizeGptqPlain(weight, hessian, grid, options) : solve(weight, hessian, grid, options);

    QVERIFY(result.tensor.codes == codeMatrix<CodeMatrix>(file.tensor(v + ".codes")));
    QCOMPARE(result.tensor.group_index, elements<std::int32_t>(file.tensor(v + ".g_idx")));
    // Grids taken on the way come from columns updated in float32 here, in double there.
    const Matrix scale = toMatrix(file.tensor(v + ".scale"));
    QVERIFY((result.tensor.scale - scale).cwiseAbs().maxCoeff() <= 64.0F * 1.2e-7F * scale.maxCoeff());
    // Of a group that is dead as a whole, nothing but the weight 0 is defined.
    if (layer != "dead") QVERIFY(result.tensor.zero == toMatrix(file.tensor(v + ".zero")));
    const std::vector<std::int32_t> order = elements<std::int32_t>(file.tensor(v + ".order"));
    QVERIFY(std::equal(order.begin(), order.end(), result.order.begin(), result.order.end()));
    const std::vector<double> loss = elements<double>(file.tensor(v + ".column_loss"));
    const double largest = *std::max_element(loss.begin(), loss.end());
    for (std::size_t j = 0; j < loss.size(); ++j)
        QVERIFY(std::abs(static_cast<double>(result.column_loss[j]) - loss[j]) <= 256.0 * 1.2e-7 * largest);
}

void TestGptq::inverseFreeFormGivesTheCodesOfThePaper_data() {
    QTest::addColumn<Index>("group_size");
    QTest::addColumn<bool>("act_order");
    QTest::addColumn<bool>("static_groups");
    QTest::addColumn<bool>("fresh");
    QTest::addColumn<Index>("block_size");
    QTest::addColumn<bool>("mse");
    for (const Index group_size : {Index{-1}, Index{32}, Index{50}, Index{96}}) {
        for (const bool act_order : {false, true}) {
            for (const bool static_groups : {false, true}) {
                for (const bool fresh : {false, true}) {
                    for (const Index block_size : {Index{1}, Index{48}, Index{128}}) {
                        QTest::addRow("g%d act %d static %d fresh %d block %d", int(group_size), act_order, static_groups, fresh,
                                      int(block_size))
                            << group_size << act_order << static_groups << fresh << block_size << false;
                    }
                    QTest::addRow("g%d act %d static %d fresh %d block 48 mse", int(group_size), act_order, static_groups, fresh)
                        << group_size << act_order << static_groups << fresh << Index{48} << true;
                }
            }
        }
    }
}

void TestGptq::inverseFreeFormGivesTheCodesOfThePaper() {
    QFETCH(Index, group_size);
    QFETCH(bool, act_order);
    QFETCH(bool, static_groups);
    QFETCH(bool, fresh);
    QFETCH(Index, block_size);
    QFETCH(bool, mse);
    const Matrix weight = randomMatrix(37, 150, 20);
    const Matrix hessian = hessianOf(randomActivations(400, 150, 21));
    GptqOptions options;
    options.act_order = act_order;
    options.static_groups = static_groups;
    options.group_parameters = fresh ? GroupParameters::Fresh : GroupParameters::Published;
    options.block_size = block_size;
    GridSpec grid = gridOf(3, false, group_size);
    grid.mse_search = mse;
    const GptqResult fast = solve(weight, hessian, grid, options);
    const GptqResult paper = quantizeGptqPlain(weight, hessian, grid, options);
    CodeMatrix expected = paper.tensor.codes;
    if (mse) {
        const std::vector<Index> undecided = rowsOfUndecidedGrids(paper, weight, hessian, options);
        QVERIFY(undecided.size() <= 9);
        for (const Index row : undecided) expected.row(row) = fast.tensor.codes.row(row);
    }
    QCOMPARE(differentWithoutTossUp(fast, expected, weight, hessian), Index{0});
    // A row with another, equally good, grid ends with another loss.
    QVERIFY(std::abs(totalLoss(fast) - totalLoss(paper)) <= (mse ? 1e-2 : 1e-4) * totalLoss(paper));
    QCOMPARE(fast.order, paper.order);
    QCOMPARE(fast.tensor.group_index, paper.tensor.group_index);
}

// More columns than one panel holds corrections for: those from the panels before are collected as products.
void TestGptq::widePanelsGiveTheCodesOfThePaper() {
    const Matrix weight = randomMatrix(5, 1200, 20);
    const Matrix hessian = hessianOf(randomActivations(1300, 1200, 21));
    for (const Index group_size : {Index{-1}, Index{128}}) {
        const GptqResult fast = solve(weight, hessian, gridOf(4, false, group_size));
        const GptqResult paper = quantizeGptqPlain(weight, hessian, gridOf(4, false, group_size), {});
        QCOMPARE(differentWithoutTossUp(fast, paper.tensor.codes, weight, hessian), Index{0});
    }
}

void TestGptq::lossIsHalfTheTraceOfTheErrorForm_data() {
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 0; seed < 24; ++seed) QTest::addRow("seed %u", seed) << seed;
}

void TestGptq::lossIsHalfTheTraceOfTheErrorForm() {
    QFETCH(unsigned, seed);
    std::mt19937 random(seed);
    const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
    const Index n_columns = pick(2, 150);
    const Matrix weight = randomMatrix(pick(1, 50), n_columns, 22 + seed);
    const Matrix x = randomActivations(2 * n_columns, n_columns, 100 + seed);
    Matrix hessian = hessianOf(x);
    GptqOptions options;
    options.act_order = pick(0, 1) == 1;
    options.static_groups = pick(0, 1) == 1;
    options.group_parameters = pick(0, 1) == 1 ? GroupParameters::Fresh : GroupParameters::Published;
    options.damping = 0.002 * pick(1, 20);
    const GridSpec grid =
        gridOf(pick(2, 8), pick(0, 1) == 1, std::array<Index, 4>{-1, 16, 40, 64}.at(static_cast<std::size_t>(pick(0, 3))));
    const GptqResult result = solve(weight, hessian, grid, options);
    const double form = outputError(weight - result.tensor.dequantize(), dampedHessian(hessian, options.damping));
    QVERIFY2(std::abs(totalLoss(result) - 0.5 * form) <= 2e-5 * form,
             qPrintable(QString("%1, expected %2").arg(totalLoss(result)).arg(0.5 * form)));
}

void TestGptq::diagonalHessianGivesRoundToNearest_data() {
    QTest::addColumn<Index>("group_size");
    QTest::addColumn<bool>("is_symmetric");
    QTest::addColumn<bool>("mse");
    for (const Index group_size : {Index{-1}, Index{1}, Index{32}, Index{200}}) {
        for (const bool is_symmetric : {false, true}) {
            for (const bool mse : {false, true})
                QTest::addRow("g%d %s%s", int(group_size), is_symmetric ? "sym" : "asym", mse ? " mse" : "")
                    << group_size << is_symmetric << mse;
        }
    }
}

void TestGptq::diagonalHessianGivesRoundToNearest() {
    QFETCH(Index, group_size);
    QFETCH(bool, is_symmetric);
    QFETCH(bool, mse);
    const Matrix weight = randomMatrix(33, 100, 24);
    Matrix hessian = Matrix::Zero(100, 100);
    hessian.diagonal() = randomMatrix(100, 1, 25).cwiseAbs().array() + 0.1F;
    GridSpec grid = gridOf(4, is_symmetric, group_size);
    grid.mse_search = mse;
    for (const GroupParameters parameters : {GroupParameters::Published, GroupParameters::Fresh}) {
        GptqOptions options;
        options.group_parameters = parameters;
        const GptqResult result = solve(weight, hessian, grid, options);
        const QuantizedTensor nearest = quantizeNearest(weight, grid);
        QVERIFY(result.tensor.codes == nearest.codes);
        QVERIFY(result.tensor.scale == nearest.scale);
        QVERIFY(result.tensor.zero == nearest.zero);
    }
}

void TestGptq::permutedRowsGivePermutedResults() {
    const Matrix hessian = hessianOf(randomActivations(300, 130, 27));
    for (const Index n_rows : {Index{45}, Index{600}, Index{1100}}) {  // tiles of 32, 128 and 256 rows
        const Matrix weight = randomMatrix(n_rows, 130, 26);
        std::vector<int> order(static_cast<std::size_t>(n_rows));
        std::iota(order.begin(), order.end(), 0);
        std::shuffle(order.begin(), order.end(), std::mt19937(28));
        const Matrix permuted = weight(order, Eigen::all);
        const GptqResult result = solve(weight, hessian, gridOf(4, false, 64));
        const GptqResult permuted_result = solve(permuted, hessian, gridOf(4, false, 64));
        QVERIFY(permuted_result.tensor.codes == CodeMatrix(result.tensor.codes(order, Eigen::all)));
        QVERIFY(permuted_result.tensor.scale == Matrix(result.tensor.scale(order, Eigen::all)));
    }
}

void TestGptq::anyThreadCountGivesTheSameBits() {
    const Matrix hessian = hessianOf(randomActivations(300, 140, 30));
    for (const Index n_rows : {Index{150}, Index{600}, Index{1100}}) {  // tiles of 32, 128 and 256 rows
        const Matrix weight = randomMatrix(n_rows, 140, 29);
        setThreadCount(1);
        const GptqResult one = solve(weight, hessian, gridOf(4, false, 32));
        for (const int n_threads : {2, 8}) {
            setThreadCount(n_threads);
            const GptqResult many = solve(weight, hessian, gridOf(4, false, 32));
            QVERIFY(many.tensor.codes == one.tensor.codes);
            QVERIFY(many.tensor.scale == one.tensor.scale);
            QCOMPARE(many.column_loss, one.column_loss);
        }
    }
}

void TestGptq::gridsAreCountedWheneverTheyAreTaken_data() {
    QTest::addColumn<Index>("group_size");
    QTest::addColumn<bool>("act_order");
    QTest::addColumn<bool>("static_groups");
    QTest::addColumn<bool>("fresh");
    QTest::newRow("on the way") << Index{32} << false << false << false;
    QTest::newRow("on the way, in order of activity") << Index{32} << true << false << false;
    QTest::newRow("on the way, fully updated") << Index{20} << false << false << true;
    QTest::newRow("static") << Index{32} << true << true << false;
    QTest::newRow("rows") << Index{-1} << false << false << false;
}

void TestGptq::gridsAreCountedWheneverTheyAreTaken() {
    QFETCH(Index, group_size);
    QFETCH(bool, act_order);
    QFETCH(bool, static_groups);
    QFETCH(bool, fresh);
    // Rows of zeros stay zeros, and tiny ones tiny, whatever the columns before add to them.
    constexpr Index kEach = 200;
    Matrix weight = randomMatrix(3 * kEach, 96, 55);
    for (Index row = 0; row < weight.rows(); row += 3) {
        weight.row(row + 1).setZero();
        weight.row(row + 2) *= 1e-14F;
    }
    const Matrix hessian = hessianOf(randomActivations(300, 96, 56));
    GridSpec grid = gridOf(4, true, group_size);
    grid.scale_type = DType::F16;
    GptqOptions options;
    options.act_order = act_order;
    options.static_groups = static_groups;
    if (fresh) options.group_parameters = GroupParameters::Fresh;
    const Index n_groups = grid.groupCount(96);
    const GridCounts expected{.n_raised_ranges = kEach * n_groups, .n_raised_scales = kEach * n_groups};
    for (const int n_threads : {1, 8}) {
        setThreadCount(n_threads);
        QVERIFY(solve(weight, hessian, grid, options).tensor.counts == expected);
    }
    QVERIFY(quantizeGptqPlain(weight, hessian, grid, options).tensor.counts == expected);
}

void TestGptq::beatsRoundToNearest() {
    const Matrix weight = randomMatrix(40, 128, 31);
    const Matrix hessian = hessianOf(randomActivations(500, 128, 32));
    for (const int bits : {2, 3, 4, 8}) {
        const GridSpec grid = gridOf(bits, false, 32);
        const double nearest = outputError(weight - quantizeNearest(weight, grid).dequantize(), hessian);
        QVERIFY(outputError(weight - solve(weight, hessian, grid).tensor.dequantize(), hessian) < 0.95 * nearest);
    }
}

// Weights near both ends of their rows' ranges, some of which the columns before push beyond them.
void TestGptq::int8WeightsStayWithinTheirRange() {
    const Matrix hessian = hessianOf(randomActivations(300, 64, 60));
    const Matrix weight = randomMatrix(20, 64, 61).unaryExpr([](float v) { return v < 0.0F ? -1.0F - 0.02F * v : 1.0F - 0.02F * v; });
    GridSpec grid = gridOf(8, true, -1);
    grid.rule = GridRule::Int8;
    const GptqResult fast = solve(weight, hessian, grid);
    const GptqResult paper = quantizeGptqPlain(weight, hessian, grid, {});
    for (const GptqResult& result : {fast, paper}) {
        QCOMPARE(int(result.tensor.codes.minCoeff()), 1);
        QCOMPARE(int(result.tensor.codes.maxCoeff()), 255);
    }
    QCOMPARE(differentWithoutTossUp(fast, paper.tensor.codes, weight, hessian), Index{0});
    const double form = outputError(weight - fast.tensor.dequantize(), dampedHessian(hessian, GptqOptions{}.damping));
    QVERIFY(std::abs(totalLoss(fast) - 0.5 * form) <= 2e-5 * form);
}

void TestGptq::scaleOfTheHessianDoesNotMatter() {
    const Matrix weight = randomMatrix(10, 64, 33);
    const Matrix hessian = hessianOf(randomActivations(200, 64, 34));
    const GptqResult result = solve(weight, hessian, gridOf(4, true, 16));
    const GptqResult scaled = solve(weight, hessian * 1024.0F, gridOf(4, true, 16));  // a power of two: no rounding differs
    QVERIFY(scaled.tensor.codes == result.tensor.codes);
}

void TestGptq::blockSizeDoesNotChangeFreshResults() {
    const Matrix weight = randomMatrix(20, 120, 35);
    const Matrix hessian = hessianOf(randomActivations(300, 120, 36));
    GptqOptions options;
    options.group_parameters = GroupParameters::Fresh;
    for (const Index group_size : {Index{-1}, Index{16}, Index{40}}) {
        options.block_size = 128;
        const GptqResult expected = solve(weight, hessian, gridOf(4, false, group_size), options);
        for (const Index block_size : {Index{1}, Index{7}, Index{32}, Index{500}}) {
            options.block_size = block_size;
            const GptqResult result = solve(weight, hessian, gridOf(4, false, group_size), options);
            QCOMPARE(differentWithoutTossUp(result, expected.tensor.codes, weight, hessian), Index{0});
        }
    }
}

void TestGptq::oddShapesWork_data() {
    QTest::addColumn<Index>("rows");
    QTest::addColumn<Index>("cols");
    QTest::newRow("one row") << Index{1} << Index{70};
    QTest::newRow("one column") << Index{9} << Index{1};
    QTest::newRow("one weight") << Index{1} << Index{1};
    QTest::newRow("no rows") << Index{0} << Index{5};
    QTest::newRow("no columns") << Index{3} << Index{0};
    QTest::newRow("one over a block") << Index{17} << Index{129};
}

void TestGptq::oddShapesWork() {
    QFETCH(Index, rows);
    QFETCH(Index, cols);
    const Matrix weight = randomMatrix(rows, cols, 37);
    const Matrix hessian = hessianOf(randomMatrix(200, cols, 38));
    for (const Index group_size : {Index{-1}, Index{32}}) {
        const GptqResult result = solve(weight, hessian, gridOf(4, false, group_size));
        QCOMPARE(result.tensor.codes.rows(), rows);
        QCOMPARE(result.tensor.codes.cols(), cols);
        if (weight.size() == 0) continue;
        QCOMPARE(differentWithoutTossUp(result, quantizeGptqPlain(weight, hessian, gridOf(4, false, group_size), {}).tensor.codes, weight,
                                        hessian),
                 Index{0});
    }
}

void TestGptq::allZeroWeightsStayZero() {
    const Matrix hessian = hessianOf(randomActivations(100, 40, 39));
    const GptqResult result = solve(Matrix::Zero(5, 40), hessian, gridOf(4, true, 16));
    QVERIFY((result.tensor.dequantize().array() == 0.0F).all());
    QCOMPARE(totalLoss(result), 0.0);
}

void TestGptq::deadColumnsAreZeroAndListed() {
    Matrix x = randomActivations(200, 60, 40);
    x.col(3).setZero();
    x.col(59).setZero();
    const GptqResult result = solve(randomMatrix(8, 60, 41), hessianOf(x), gridOf(4, false, 20));
    QCOMPARE(result.dead_columns, (std::vector<Index>{3, 59}));
    const Matrix rounded = result.tensor.dequantize();
    QVERIFY((rounded.col(3).array() == 0.0F).all());
    QVERIFY((rounded.col(59).array() == 0.0F).all());
    QVERIFY((rounded.col(4).array() != 0.0F).any());
}

void TestGptq::dampingIsRetriedAndRecorded() {
    // One direction of slightly negative curvature, as rounding errors leave it: -0.02 of the mean diagonal.
    Matrix hessian = Matrix::Identity(20, 20);
    hessian(3, 4) = hessian(4, 3) = 1.02F;
    const GptqResult result = solve(randomMatrix(4, 20, 42), hessian, gridOf(4, true, -1));
    QCOMPARE(result.damping_tries.size(), std::size_t{2});
    QCOMPARE(result.damping_tries.front(), 0.01);
    QVERIFY(std::abs(result.damping_tries.back() - 0.1) <= 1e-12);
    const GptqResult paper = quantizeGptqPlain(randomMatrix(4, 20, 42), hessian, gridOf(4, true, -1), {});
    QCOMPARE(paper.damping_tries, result.damping_tries);
    GptqOptions none;
    none.damping = 0.0;
    none.max_damping_tries = 6;
    QCOMPARE(solve(randomMatrix(4, 20, 42), hessian, gridOf(4, true, -1), none).damping_tries.size(), std::size_t{6});
}

void TestGptq::hopelessHessianIsRefusedWithAllTries() {
    Matrix hessian = Matrix::Identity(8, 8);
    hessian(1, 2) = hessian(2, 1) = 5.0F;
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)solve(Matrix::Ones(2, 8), hessian, gridOf(4, true, -1)); }, &message),
             int(ErrorCode::NotPositiveDefinite));
    QVERIFY2(message.find("0.01") != std::string::npos && message.find("0.1") != std::string::npos, message.c_str());
}

void TestGptq::keptColumnsStayUnroundedAndLowerTheLoss() {
    const Matrix weight = randomMatrix(12, 48, 43);
    const Matrix hessian = hessianOf(randomActivations(200, 48, 44));
    GptqOptions options;
    const GptqResult all = solve(weight, hessian, gridOf(3, true, 16), options);
    options.keep_columns = {5, 21};
    const GptqResult kept = solve(weight, hessian, gridOf(3, true, 16), options);
    QCOMPARE(kept.column_loss[5], 0.0F);
    QCOMPARE(kept.column_loss[21], 0.0F);
    QVERIFY(totalLoss(kept) < totalLoss(all));
    const double form = outputError(weight - kept.effectiveWeight(), dampedHessian(hessian, options.damping));
    QVERIFY(std::abs(totalLoss(kept) - 0.5 * form) <= 1e-5 * form);
    // The first kept column has only seen the updates of the five before it: the paper's form agrees on its value.
    const GptqResult paper = quantizeGptqPlain(weight, hessian, gridOf(3, true, 16), options);
    QVERIFY((paper.kept_values - kept.kept_values).cwiseAbs().maxCoeff() <= 1e-4F);
    QVERIFY(paper.tensor.codes == kept.tensor.codes);
}

void TestGptq::givenOrderIsFollowed() {
    const Matrix weight = randomMatrix(6, 30, 45);
    const Matrix hessian = hessianOf(randomActivations(100, 30, 46));
    GptqOptions sorted;
    sorted.act_order = true;
    const GptqResult expected = solve(weight, hessian, gridOf(4, false, -1), sorted);
    for (std::size_t p = 1; p < expected.order.size(); ++p)
        QVERIFY(hessian(expected.order[p - 1], expected.order[p - 1]) >= hessian(expected.order[p], expected.order[p]));
    GptqOptions given;
    given.column_order = expected.order;
    QVERIFY(solve(weight, hessian, gridOf(4, false, -1), given).tensor.codes == expected.tensor.codes);
    QVERIFY(!(solve(weight, hessian, gridOf(4, false, -1)).tensor.codes == expected.tensor.codes));
}

void TestGptq::nonFiniteInputIsNamed() {
    const Matrix hessian = hessianOf(randomActivations(100, 30, 47));
    Matrix weight = randomMatrix(6, 30, 48);
    weight(4, 11) = std::numeric_limits<float>::quiet_NaN();
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)solve(weight, hessian, gridOf(4, true, -1)); }, &message), int(ErrorCode::NonFinite));
    QVERIFY2(message.find("weight") != std::string::npos && message.find("row 4, column 11") != std::string::npos, message.c_str());
    Matrix bad = hessian;
    bad(7, 2) = std::numeric_limits<float>::infinity();
    QCOMPARE(errorCodeOf([&] { (void)solve(randomMatrix(6, 30, 48), bad, gridOf(4, true, -1)); }, &message), int(ErrorCode::NonFinite));
    QVERIFY2(message.find("Hessian") != std::string::npos && message.find("row 7, column 2") != std::string::npos, message.c_str());
}

void TestGptq::errorsThatOverflowAreRefused() {
    const Matrix hessian = hessianOf(randomActivations(100, 30, 47));
    Matrix weight = randomMatrix(6, 30, 48);
    weight(4, 11) = 1e30F;  // finite, but its rounding error squared is not
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)solve(weight, hessian, gridOf(4, true, -1)); }, &message), int(ErrorCode::NonFinite));
    QVERIFY2(message.find("expected a finite error") != std::string::npos, message.c_str());
}

void TestGptq::wrongShapesAreNamed() {
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)solve(Matrix::Ones(2, 8), Matrix::Identity(7, 7), gridOf(4, true, -1)); }, &message),
             int(ErrorCode::ShapeMismatch));
    QVERIFY2(message.find("[8, 8], found [7, 7]") != std::string::npos, message.c_str());
}

void TestGptq::invalidOptionsAreNamed_data() {
    QTest::addColumn<GptqOptions>("options");
    QTest::addColumn<QString>("named");
    const auto add = [](const char* row, const char* named, auto change) {
        GptqOptions options;
        change(options);
        QTest::newRow(row) << options << named;
    };
    add("negative damping", "damping", [](GptqOptions& o) { o.damping = -0.1; });
    add("damping above 1", "damping", [](GptqOptions& o) { o.damping = 1.5; });
    add("damping not a number", "damping", [](GptqOptions& o) { o.damping = std::nan(""); });
    add("no tries", "damping tries", [](GptqOptions& o) { o.max_damping_tries = 0; });
    add("empty blocks", "block size", [](GptqOptions& o) { o.block_size = 0; });
    add("kept column outside", "kept column", [](GptqOptions& o) { o.keep_columns = {8}; });
    add("negative kept column", "kept column", [](GptqOptions& o) { o.keep_columns = {-1}; });
    add("order too short", "column order", [](GptqOptions& o) { o.column_order = {0, 1}; });
    add("column twice", "column order", [](GptqOptions& o) { o.column_order = {0, 1, 2, 3, 4, 5, 6, 6}; });
    add("column outside", "column order", [](GptqOptions& o) { o.column_order = {0, 1, 2, 3, 4, 5, 6, 8}; });
}

void TestGptq::invalidOptionsAreNamed() {
    QFETCH(GptqOptions, options);
    QFETCH(QString, named);
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)solve(Matrix::Ones(2, 8), Matrix::Identity(8, 8), gridOf(4, true, -1), options); }, &message),
             int(ErrorCode::InvalidOption));
    QVERIFY2(QString::fromStdString(message).contains(named), message.c_str());
}

void TestGptq::stopIsHeard() {
    std::stop_source stop;
    int n_reports = 0;
    JobContext job(stop.get_token(), [&](const Progress&) {
        if (++n_reports == 2) stop.request_stop();
    });
    const Matrix hessian = hessianOf(randomActivations(100, 40, 49));
    QVERIFY_EXCEPTION_THROWN((void)quantizeGptq(randomMatrix(200, 40, 50), hessian, gridOf(4, true, 16), {}, job), Cancelled);
}

QTEST_APPLESS_MAIN(TestGptq)
#include "tst_gptq.moc"
