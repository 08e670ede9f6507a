#include <QTest>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "core/kernels/elementwise.h"
#include "tests/core/kernels/matrices.h"
#include "tests/core/kernels/targets.h"

using namespace salient;

namespace {

/// Largest |a − b| / (|b| + floor), over all entries.
double relativeError(const Matrix& a, const MatrixD& b, double floor) {
    if (a.size() == 0) return 0.0;
    return ((a.cast<double>() - b).array().abs() / (b.array().abs() + floor)).maxCoeff();
}

double relativeError(const Matrix& a, const Matrix& b, double floor) { return relativeError(a, MatrixD(b.cast<double>()), floor); }

MatrixD applied(const Matrix& x, const std::function<double(double)>& function) { return x.cast<double>().unaryExpr(function); }

/// What an operation in place makes of x.
template <typename Operation>
Matrix after(const Matrix& x, Operation operation) {
    Matrix y = x;
    operation(y);
    return y;
}

/// Whether an operation in place gives `expected`, bit for bit, on a view with gaps, and writes nothing into them.
template <typename Operation>
bool isTheSameWithGaps(const Matrix& x, Operation operation, const Matrix& expected) {
    Embedded gapped(x);
    operation(gapped.view());
    return Matrix(gapped.view()) == expected && gapped.isIntactAround();
}

/// Values from far below to far above zero.
Matrix spread(Index rows, Index cols) {
    Matrix x = randomMatrix(rows, cols, 51);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] *= std::exp2(static_cast<float>(i % 12) - 4.0F);
    return x;
}

}  // namespace

class TestElementwise : public QObject {
    Q_OBJECT

private slots:
    void plainNormsAreTheFormulas_data() { sizes(); }
    void plainNormsAreTheFormulas();
    void plainFunctionsAreTheFormulas_data() { sizes(); }
    void plainFunctionsAreTheFormulas();
    void normsEqualTheDefinition_data() { sizes(); }
    void normsEqualTheDefinition();
    void headNormsEqualTheDefinition_data();
    void headNormsEqualTheDefinition();
    void capsAndClampsEqualTheDefinition_data() { sizes(); }
    void capsAndClampsEqualTheDefinition();
    void activationsEqualTheDefinition_data() { sizes(); }
    void activationsEqualTheDefinition();
    void activationsSurviveExtremes();
    void softmaxEqualsTheDefinition_data() { sizes(); }
    void softmaxEqualsTheDefinition();
    void sumsAndProductsEqualTheDefinition_data() { sizes(); }
    void sumsAndProductsEqualTheDefinition();
    void logSumExpDoesNotOverflow();
    void shapesThatDisagreeAreRefused();
    void bitsDoNotDependOnThreads();

private:
    static void sizes() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("cols");
        const int all[][2] = {{0, 4}, {1, 1}, {3, 17}, {2, 16}, {9, 100}, {20, 1025}};
        for (const auto& s : all) QTest::addRow("%d x %d", s[0], s[1]) << s[0] << s[1];
    }
};

// Eigen's expressions in double precision; what differs is one rounding to a float.
void TestElementwise::plainNormsAreTheFormulas() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    Matrix x = randomMatrix(rows, cols, 52);
    x.array() += 0.5F;
    const Matrix gain = randomMatrix(1, cols, 53);
    const Matrix bias = randomMatrix(1, cols, 54);
    const std::span<const float> gains(gain.data(), static_cast<std::size_t>(cols));
    const std::span<const float> biases(bias.data(), static_cast<std::size_t>(cols));
    const auto epsilon = static_cast<double>(1e-5F);
    MatrixD rms(rows, cols);
    MatrixD layer(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        const auto row = x.row(i).cast<double>();
        const double mean = row.mean();
        rms.row(i) = row.cwiseProduct(gain.row(0).cast<double>()) / std::sqrt(row.squaredNorm() / cols + epsilon);
        const double variance = (row.array() - mean).square().mean();
        layer.row(i) = ((row.array() - mean) / std::sqrt(variance + epsilon) * gain.row(0).cast<double>().array()).matrix();
    }
    QVERIFY(relativeError(rmsNormPlain(x, gains, 1e-5F), rms, 1e-6) <= 2.0 * kEpsilon);
    QVERIFY(relativeError(layerNormPlain(x, gains, {}, 1e-5F), layer, 1e-6) <= 2.0 * kEpsilon);
    const MatrixD shifted = layer.rowwise() + bias.row(0).cast<double>();
    QVERIFY(relativeError(layerNormPlain(x, gains, biases, 1e-5F), shifted, 1e-6) <= 2.0 * kEpsilon);
}

void TestElementwise::plainFunctionsAreTheFormulas() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix x = spread(rows, cols);
    const auto check = [&](const Matrix& plain, const std::function<double(double)>& formula, double floor) {
        const double error = relativeError(plain, applied(x, formula), floor);
        QVERIFY2(error <= 2.0 * kEpsilon, qPrintable(QString::number(error / kEpsilon)));
    };
    check(
        after(x, siluPlain), [](double v) { return v / (1.0 + std::exp(-v)); }, 1e-30);
    check(
        after(x, reluPlain), [](double v) { return std::max(v, 0.0); }, 1e-30);
    check(
        after(x, [](MatrixSpan y) { softCapPlain(y, 5.0F); }), [](double v) { return 5.0 * std::tanh(v / 5.0); }, 1e-30);
    check(
        after(x, [](MatrixSpan y) { clampPlain(y, 1.5F); }), [](double v) { return std::min(std::max(v, -1.5), 1.5); }, 1e-30);
    // 1 + erf and 1 + tanh cancel far below zero, to a few 1e-16; the definition of Φ by erfc does not.
    check(
        after(x, geluPlain), [](double v) { return 0.5 * v * (1.0 + std::erf(v / std::numbers::sqrt2)); }, 1e-6);
    check(
        after(x, geluTanhPlain),
        [](double v) { return 0.5 * v * (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (v + 0.044715 * v * v * v))); }, 1e-6);
}

void TestElementwise::normsEqualTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    Matrix x = randomMatrix(rows, cols, 52);
    x.array() += 0.5F;
    const Matrix gain = randomMatrix(1, cols, 53);
    const Matrix bias = randomMatrix(1, cols, 54);
    const std::span<const float> gains(gain.data(), static_cast<std::size_t>(cols));
    const std::span<const float> biases(bias.data(), static_cast<std::size_t>(cols));
    Embedded gapped(x);
    forEachTarget([&] {
        const Matrix rms = rmsNorm(x, gains, 1e-5F);
        QVERIFY(relativeError(rms, rmsNormPlain(x, gains, 1e-5F), 1e-3) <= 16.0 * kEpsilon);
        QVERIFY(rmsNorm(gapped.view(), gains, 1e-5F) == rms);
        for (const std::span<const float> shift : {biases, std::span<const float>()}) {
            const Matrix layer = layerNorm(x, gains, shift, 1e-5F);
            // Where mean and deviation cancel, the error is relative to what was subtracted.
            QVERIFY(relativeError(layer, layerNormPlain(x, gains, shift, 1e-5F), 1.0) <= 64.0 * kEpsilon * (cols == 1 ? 1000.0 : 1.0));
            QVERIFY(layerNorm(gapped.view(), gains, shift, 1e-5F) == layer);
        }
    });
}

void TestElementwise::headNormsEqualTheDefinition_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("heads");
    QTest::addColumn<int>("width");
    const int all[][3] = {{0, 2, 4}, {1, 1, 1}, {3, 5, 1}, {9, 3, 20}, {9, 2, 33}, {17, 4, 64}};
    for (const auto& s : all) QTest::addRow("%d tokens, %d heads of %d", s[0], s[1], s[2]) << s[0] << s[1] << s[2];
}

void TestElementwise::headNormsEqualTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, heads);
    QFETCH(int, width);
    const Matrix x = spread(rows, Index{heads} * width);
    const Matrix gain = randomMatrix(1, width, 52);
    const std::span<const float> gains(gain.data(), static_cast<std::size_t>(width));
    const auto norm = [&](MatrixSpan y) { rmsNormSegments(y, gains, 1e-5F); };
    const Matrix plain = after(x, [&](MatrixSpan y) { rmsNormSegmentsPlain(y, gains, 1e-5F); });
    for (Index first = 0; first < x.cols(); first += width)
        QVERIFY(plain.middleCols(first, width) == rmsNormPlain(x.middleCols(first, width), gains, 1e-5F));
    forEachTarget([&] {
        const Matrix fast = after(x, norm);
        QVERIFY(relativeError(fast, plain, 1e-3) <= 16.0 * kEpsilon);
        QVERIFY(isTheSameWithGaps(x, norm, fast));
        for (Index first = 0; first < x.cols(); first += width)
            QVERIFY(fast.middleCols(first, width) == rmsNorm(x.middleCols(first, width), gains, 1e-5F));
    });
}

void TestElementwise::capsAndClampsEqualTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix x = spread(rows, cols);
    const auto cap = [](MatrixSpan y) { softCap(y, 5.0F); };
    const auto limit = [](MatrixSpan y) { clamp(y, 1.5F); };
    const Matrix plain_capped = after(x, [](MatrixSpan y) { softCapPlain(y, 5.0F); });
    const Matrix plain_limited = after(x, [](MatrixSpan y) { clampPlain(y, 1.5F); });
    forEachTarget([&] {
        const Matrix capped = after(x, cap);
        QVERIFY(relativeError(capped, plain_capped, 1e-3) < 16.0 * kEpsilon);
        QVERIFY(isTheSameWithGaps(x, cap, capped));
        QVERIFY(after(x, limit) == plain_limited);
        QVERIFY(isTheSameWithGaps(x, limit, plain_limited));
    });
}

void TestElementwise::activationsEqualTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix x = spread(rows, cols);
    const auto check = [&](void (*fast)(MatrixSpan), void (*plain)(MatrixSpan)) {
        const Matrix y = after(x, fast);
        const double error = relativeError(y, after(x, plain), 1e-6);
        QVERIFY2(error <= 64.0 * kEpsilon, qPrintable(QString::number(error / kEpsilon)));
        QVERIFY(isTheSameWithGaps(x, fast, y));
    };
    // Φ and tanh cancel where x is far below zero; the error there is relative to x, not to the vanishing value.
    const auto checkSum = [&](void (*fast)(MatrixSpan), void (*plain)(MatrixSpan)) {
        const Matrix y = after(x, fast);
        const MatrixD error = (y.cast<double>() - after(x, plain).cast<double>()).cwiseAbs();
        QVERIFY((error.array() <= 8.0 * kEpsilon * (x.cast<double>().array().abs() + 1e-6)).all());
        QVERIFY(isTheSameWithGaps(x, fast, y));
    };
    forEachTarget([&] {
        check(silu, siluPlain);
        check(relu, reluPlain);
        checkSum(gelu, geluPlain);
        checkSum(geluTanh, geluTanhPlain);
    });
}

void TestElementwise::activationsSurviveExtremes() {
    constexpr float kHuge = 1e30F;
    Matrix x(1, 6);
    x << -kHuge, -200.0F, -90.0F, 90.0F, 200.0F, kHuge;
    Matrix y = x;
    silu(y);
    QVERIFY(y.allFinite());
    QVERIFY(std::abs(y(0, 1)) < 1e-30F);
    QCOMPARE(y(0, 4), 200.0F);
    y = x.middleCols(1, 4);
    geluTanh(y);
    QVERIFY(y.allFinite());
    QCOMPARE(y(0, 3), 200.0F);
}

void TestElementwise::softmaxEqualsTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix x = spread(rows, cols);
    const Matrix plain = after(x, softmaxRowsPlain);
    forEachTarget([&] {
        const Matrix fast = after(x, softmaxRows);
        for (Index i = 0; i < rows; ++i) {
            const Eigen::RowVectorXd row = x.row(i).cast<double>();
            const Eigen::RowVectorXd e = (row.array() - row.maxCoeff()).exp();
            QVERIFY((plain.row(i).cast<double>() - e / e.sum()).norm() <= 2.0 * kEpsilon);
            QVERIFY((fast.row(i) - plain.row(i)).cast<double>().norm() <= 16.0 * kEpsilon);
            const double log_sum = row.maxCoeff() + std::log(e.sum());
            const std::span<const float> values(x.row(i).data(), static_cast<std::size_t>(cols));
            QVERIFY(std::abs(logSumExpPlain(values) - log_sum) <= 1e-12 * (1.0 + std::abs(log_sum)));
            QVERIFY(std::abs(logSumExp(values) - logSumExpPlain(values)) <= 8.0 * kEpsilon * (1.0 + std::abs(log_sum)));
        }
        QVERIFY(isTheSameWithGaps(x, softmaxRows, fast));
    });
}

void TestElementwise::sumsAndProductsEqualTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix x = randomMatrix(rows, cols, 55);
    const Matrix y = randomMatrix(rows, cols, 56);
    const Matrix sum = after(x, [&](MatrixSpan z) { addPlain(z, y); });
    const Matrix product = after(x, [&](MatrixSpan z) { multiplyPlain(z, y); });
    QVERIFY(sum == x + y);
    QVERIFY(product == x.cwiseProduct(y));
    Embedded gapped(y);
    const auto addGapped = [&](MatrixSpan z) { add(z, gapped.view()); };
    const auto multiplyGapped = [&](MatrixSpan z) { multiply(z, gapped.view()); };
    QVERIFY(after(x, [&](MatrixSpan z) { add(z, y); }) == sum);
    QVERIFY(after(x, [&](MatrixSpan z) { multiply(z, y); }) == product);
    QVERIFY(isTheSameWithGaps(x, addGapped, sum));
    QVERIFY(isTheSameWithGaps(x, multiplyGapped, product));
}

void TestElementwise::logSumExpDoesNotOverflow() {
    const std::vector<float> large{1000.0F, 1000.0F};
    for (const auto function : {logSumExp, logSumExpPlain}) {
        QVERIFY(std::abs(function(large) - (1000.0 + std::numbers::ln2)) < 1e-9);
        QCOMPARE(function({}), -std::numeric_limits<double>::infinity());
    }
}

void TestElementwise::shapesThatDisagreeAreRefused() {
    Matrix x(2, 3);
    const std::vector<float> two(2);
    const std::vector<float> three(3);
    QVERIFY_EXCEPTION_THROWN((void)rmsNorm(x, two, 1e-5F), Error);
    QVERIFY_EXCEPTION_THROWN((void)layerNorm(x, three, two, 1e-5F), Error);
    QVERIFY_EXCEPTION_THROWN(add(x, Matrix(3, 2)), Error);
    QVERIFY_EXCEPTION_THROWN(multiply(x, Matrix(2, 2)), Error);
    QVERIFY_EXCEPTION_THROWN(rmsNormSegments(x, two, 1e-5F), Error);
    QVERIFY_EXCEPTION_THROWN(rmsNormSegments(x, {}, 1e-5F), Error);
}

void TestElementwise::bitsDoNotDependOnThreads() {
    const Matrix x = spread(100, 333);
    QVERIFY(isSameForAnyThreadCount([&] {
        Matrix y = x;
        softmaxRows(y);
        geluTanh(y);
        return y;
    }));
}

QTEST_APPLESS_MAIN(TestElementwise)
#include "tst_elementwise.moc"
