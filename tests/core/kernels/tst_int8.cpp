#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/kernels/int8.h"
#include "tests/core/kernels/matrices.h"

using namespace salient;

namespace {

Int8Matrix randomBytes(Index rows, Index cols, std::uint32_t seed) {
    std::mt19937 generator(seed);
    std::uniform_int_distribution<int> byte(-128, 127);
    return Int8Matrix::NullaryExpr(rows, cols, [&] { return static_cast<std::int8_t>(byte(generator)); });
}

Int8Weight randomWeight(Index out, Index in, ActivationScale activation) {
    Int8Weight weight{randomBytes(out, in, 71), {}, activation, 0.02F};
    for (Index i = 0; i < out; ++i) weight.row_scale.push_back(0.001F * static_cast<float>(i + 1));
    return weight;
}

}  // namespace

class TestInt8 : public QObject {
    Q_OBJECT

private slots:
    void productEqualsTheDefinition_data();
    void productEqualsTheDefinition();
    void tileOfBlocksEqualsTheDefinition_data();
    void tileOfBlocksEqualsTheDefinition();
    void extremeBytesDoNotSaturate();
    void definitionIsFakeQuantized_data() { activations(); }
    void definitionIsFakeQuantized();
    void linearEqualsItsDefinition_data() { activations(); }
    void linearEqualsItsDefinition();
    void aNumberThatIsNoneIsNotRoundedAway();
    void tokensOnTheLeastScaleAreCounted();
    void inputsBeyondAFixedScaleAreCounted();
    void shapesThatDisagreeAreRefused();
    void bitsDoNotDependOnThreads();

private:
    static void activations() {
        QTest::addColumn<int>("activation");
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("out");
        const int sizes[][3] = {{1, 1, 1}, {3, 17, 5}, {40, 131, 65}, {0, 4, 4}};
        for (const auto& s : sizes) {
            QTest::addRow("per token, %d x %d x %d", s[0], s[1], s[2])
                << static_cast<int>(ActivationScale::PerToken) << s[0] << s[1] << s[2];
            QTest::addRow("per tensor, %d x %d x %d", s[0], s[1], s[2])
                << static_cast<int>(ActivationScale::PerTensor) << s[0] << s[1] << s[2];
        }
    }
};

void TestInt8::productEqualsTheDefinition_data() {
    QTest::addColumn<int>("m");
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("k");
    const int sizes[][3] = {{1, 1, 1}, {3, 17, 5}, {0, 4, 4}, {4, 0, 4}, {4, 4, 0}, {130, 70, 1100}, {5, 1030, 64}};
    for (const auto& s : sizes) QTest::addRow("%d x %d x %d", s[0], s[1], s[2]) << s[0] << s[1] << s[2];
}

void TestInt8::productEqualsTheDefinition() {
    QFETCH(int, m);
    QFETCH(int, n);
    QFETCH(int, k);
    const Int8Matrix a = randomBytes(m, k, 72);
    const Int8Matrix b = randomBytes(n, k, 73);
    const Int32Matrix plain = int8ProductPlain(a, b);
    const Int32Matrix expected = a.cast<std::int32_t>() * b.cast<std::int32_t>().transpose();
    QVERIFY(plain == expected);
    QVERIFY(int8Product(a, b) == plain);
}

void TestInt8::tileOfBlocksEqualsTheDefinition_data() {
    QTest::addColumn<int>("m");
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("k");
    const int sizes[][3] = {{1, 1, 1}, {3, 5, 0}, {2, 3, 63}, {30, 40, 200}, {17, 33, 65}};
    for (const auto& s : sizes) QTest::addRow("%d x %d x %d", s[0], s[1], s[2]) << s[0] << s[1] << s[2];
}

void TestInt8::tileOfBlocksEqualsTheDefinition() {
    QFETCH(int, m);
    QFETCH(int, n);
    QFETCH(int, k);
    const Int8Matrix a = randomBytes(40, 300, 74);
    const Int8Matrix b = randomBytes(50, 310, 75);
    Int32Matrix c = Int32Matrix::Constant(60, 70, 5);
    int8ProductTile(a.block(3, 11, m, k), b.block(7, 9, n, k), c.block(2, 4, m, n));
    QVERIFY(c.block(2, 4, m, n) == int8ProductPlain(Int8Matrix(a.block(3, 11, m, k)), Int8Matrix(b.block(7, 9, n, k))));
    QVERIFY(c.block(2, 4, m, n) == int8ProductPlain(a.block(3, 11, m, k), b.block(7, 9, n, k)));
    c.block(2, 4, m, n).setConstant(5);
    QVERIFY((c.array() == 5).all());
}

void TestInt8::extremeBytesDoNotSaturate() {
    const Int8Matrix low = Int8Matrix::Constant(20, 3000, -128);
    const Int8Matrix high = Int8Matrix::Constant(20, 3000, 127);
    QVERIFY(int8Product(low, low) == Int32Matrix::Constant(20, 20, 3000 * 16384));
    QVERIFY(int8Product(low, high) == Int32Matrix::Constant(20, 20, -3000 * 16256));
    QVERIFY(int8ProductPlain(low, high) == Int32Matrix::Constant(20, 20, -3000 * 16256));
}

// Recomputed here from X alone, as the paper writes it.
void TestInt8::definitionIsFakeQuantized() {
    QFETCH(int, activation);
    QFETCH(int, tokens);
    QFETCH(int, in);
    QFETCH(int, out);
    const Int8Weight weight = randomWeight(out, in, static_cast<ActivationScale>(activation));
    Matrix x = randomMatrix(tokens, in, 74);
    if (tokens > 3) x.row(3).setZero();
    const Matrix bias = randomMatrix(1, out, 75);
    const Matrix y = int8LinearPlain(x, weight, {bias.data(), static_cast<std::size_t>(out)});
    for (Index i = 0; i < tokens; ++i) {
        const bool per_token = weight.activation == ActivationScale::PerToken;
        const float scale = per_token ? std::max(x.row(i).cwiseAbs().maxCoeff(), 1e-5F) / 127.0F : weight.input_scale;
        Eigen::RowVectorXd rounded(x.cols());
        for (Index j = 0; j < in; ++j)
            rounded[j] = static_cast<double>(scale) * std::clamp(static_cast<double>(std::nearbyint(x(i, j) / scale)), -127.0, 127.0);
        for (Index o = 0; o < out; ++o) {
            const Eigen::RowVectorXd w =
                static_cast<double>(weight.row_scale[static_cast<std::size_t>(o)]) * weight.codes.row(o).cast<double>();
            const double expected = rounded.dot(w) + static_cast<double>(bias(0, o));
            QVERIFY(std::abs(static_cast<double>(y(i, o)) - expected) <= 2.0 * kEpsilon * std::abs(expected) + 1e-12);
        }
    }
}

// The products are exact; what is left are a few roundings of floats: the two scales' product, its product with the sum, the bias.
void TestInt8::linearEqualsItsDefinition() {
    QFETCH(int, activation);
    QFETCH(int, tokens);
    QFETCH(int, in);
    QFETCH(int, out);
    const Int8Weight weight = randomWeight(out, in, static_cast<ActivationScale>(activation));
    Matrix x = randomMatrix(tokens, in, 74);
    if (tokens > 3) x.row(3).setZero();
    const Matrix bias = randomMatrix(1, out, 75);
    const std::span<const float> biases(bias.data(), static_cast<std::size_t>(out));
    const MatrixD plain = int8LinearPlain(x, weight, biases).cast<double>();
    const MatrixD product = plain.rowwise() - bias.row(0).cast<double>();
    Embedded gapped(x);
    for (const Matrix& y : {int8Linear(x, weight, biases), int8Linear(gapped.view(), weight, biases)}) {
        QCOMPARE(y.rows(), x.rows());
        const MatrixD error = (y.cast<double>() - plain).cwiseAbs();
        QVERIFY((error.array() <= 4.0 * kEpsilon * (product.array().abs() + plain.array().abs())).all());
    }
    const MatrixD without_bias = int8LinearPlain(x, weight).cast<double>();
    const MatrixD error = (int8Linear(x, weight).cast<double>() - without_bias).cwiseAbs();
    QVERIFY((error.array() <= 4.0 * kEpsilon * without_bias.array().abs()).all());
}

void TestInt8::aNumberThatIsNoneIsNotRoundedAway() {
    for (const ActivationScale activation : {ActivationScale::PerToken, ActivationScale::PerTensor}) {
        const Int8Weight weight = randomWeight(5, 40, activation);
        const Matrix x = randomMatrix(3, 40, 78);
        const Matrix expected = int8Linear(x, weight);
        for (const float damage : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            Matrix damaged = x;
            damaged(1, 17) = damage;
            const Matrix y = int8Linear(damaged, weight);
            QVERIFY(y.row(1).array().isNaN().all());
            QVERIFY(y.row(0) == expected.row(0) && y.row(2) == expected.row(2));
            QVERIFY(int8LinearPlain(damaged, weight).row(1).array().isNaN().all());
        }
    }
}

void TestInt8::tokensOnTheLeastScaleAreCounted() {
    Int8Weight weight = randomWeight(5, 40, ActivationScale::PerToken);
    Matrix x = randomMatrix(200, 40, 79);
    const auto setLargest = [&x](Index row, float largest) { x.row(row) *= largest / x.row(row).cwiseAbs().maxCoeff(); };
    x.row(0).setZero();  // its codes are 0 on any scale
    x.row(1).setConstant(1e-5F);
    for (const Index row : {2, 60, 199}) setLargest(row, 4e-6F);
    setLargest(3, 1e-30F);
    const Matrix uncounted = int8Linear(x, weight);
    weight.n_raised_tokens = std::make_shared<std::atomic<std::int64_t>>(0);
    QVERIFY(int8Linear(x, weight) == uncounted);
    QCOMPARE(weight.n_raised_tokens->load(), std::int64_t{4});
    (void)int8Linear(x.topRows(3), weight);
    QCOMPARE(weight.n_raised_tokens->load(), std::int64_t{5});
    weight.activation = ActivationScale::PerTensor;
    (void)int8Linear(x, weight);
    QCOMPARE(weight.n_raised_tokens->load(), std::int64_t{5});
}

void TestInt8::inputsBeyondAFixedScaleAreCounted() {
    Int8Weight weight = randomWeight(5, 40, ActivationScale::PerTensor);
    weight.input_scale = 0.25F;  // a power of two: every quotient below is exact
    Matrix x = randomMatrix(200, 40, 80);
    x *= 20.0F / x.cwiseAbs().maxCoeff();
    x(0, 3) = 127.25F * 0.25F;  // rounds to the last code
    x(1, 3) = -127.25F * 0.25F;
    x(2, 0) = 127.5F * 0.25F;  // to the even one beyond it
    x(2, 39) = -127.5F * 0.25F;
    for (const Index row : {60, 61, 199}) x(row, 17) = 1e6F;
    const Matrix uncounted = int8Linear(x, weight);
    weight.n_saturated_inputs = std::make_shared<std::atomic<std::int64_t>>(0);
    QVERIFY(int8Linear(x, weight) == uncounted);
    QCOMPARE(weight.n_saturated_inputs->load(), std::int64_t{5});
    (void)int8Linear(x.topRows(3), weight);
    QCOMPARE(weight.n_saturated_inputs->load(), std::int64_t{7});
    QVERIFY(isSameForAnyThreadCount([&] {
        weight.n_saturated_inputs->store(0);
        (void)int8Linear(x, weight);
        return weight.n_saturated_inputs->load();
    }));
    // A token that is no number is none that was cut off, and a scale of its own holds every input.
    x(60, 0) = std::numeric_limits<float>::quiet_NaN();
    weight.n_saturated_inputs->store(0);
    (void)int8Linear(x, weight);
    QCOMPARE(weight.n_saturated_inputs->load(), std::int64_t{4});
    weight.activation = ActivationScale::PerToken;
    (void)int8Linear(x, weight);
    QCOMPARE(weight.n_saturated_inputs->load(), std::int64_t{4});
}

void TestInt8::shapesThatDisagreeAreRefused() {
    QVERIFY_EXCEPTION_THROWN((void)int8Product(randomBytes(2, 3, 1), randomBytes(2, 4, 1)), Error);
    Int8Weight weight = randomWeight(4, 3, ActivationScale::PerToken);
    QVERIFY_EXCEPTION_THROWN((void)int8Linear(Matrix(2, 5), weight), Error);
    QVERIFY_EXCEPTION_THROWN((void)int8Linear(Matrix(2, 3), weight, std::vector<float>(3)), Error);
    weight.row_scale.pop_back();
    QVERIFY_EXCEPTION_THROWN((void)int8Linear(Matrix(2, 3), weight), Error);
}

void TestInt8::bitsDoNotDependOnThreads() {
    const Int8Weight weight = randomWeight(300, 200, ActivationScale::PerToken);
    const Matrix x = randomMatrix(300, 200, 76);
    QVERIFY(isSameForAnyThreadCount([&] { return int8Linear(x, weight); }));
}

QTEST_APPLESS_MAIN(TestInt8)
#include "tst_int8.moc"
