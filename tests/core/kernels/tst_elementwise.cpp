#include <QtTest>
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

MatrixD applied(const Matrix& x, const std::function<double(double)>& function) { return x.cast<double>().unaryExpr(function); }

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
    void normsEqualTheDefinition_data() { sizes(); }
    void normsEqualTheDefinition();
    void headNormsEqualNormsOfTheHeads();
    void capsAndClampsEqualTheDefinition_data() { sizes(); }
    void capsAndClampsEqualTheDefinition();
    void activationsEqualTheDefinition_data() { sizes(); }
    void activationsEqualTheDefinition();
    void activationsSurviveExtremes();
    void softmaxRowsSumToOne_data() { sizes(); }
    void softmaxRowsSumToOne();
    void sumsAndProductsAreElementByElement();
    void logSumExpDoesNotOverflow();
    void shapesThatDisagreeAreRefused();
    void viewsWithGapsAreLeftAloneOutside();
    void bitsDoNotDependOnThreads();

private:
    static void sizes() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("cols");
        const int all[][2] = {{0, 4}, {1, 1}, {3, 17}, {2, 16}, {9, 100}, {20, 1025}};
        for (const auto& s : all) QTest::addRow("%d x %d", s[0], s[1]) << s[0] << s[1];
    }
};

void TestElementwise::headNormsEqualNormsOfTheHeads() {
    const Matrix x = spread(9, 3 * 20);
    const Matrix gain = randomMatrix(1, 20, 52);
    const std::span<const float> gains(gain.data(), 20);
    Matrix y = x;
    rmsNormSegments(y, gains, 1e-5F);
    for (Index head = 0; head < 3; ++head) QVERIFY(y.middleCols(head * 20, 20) == rmsNorm(x.middleCols(head * 20, 20), gains, 1e-5F));
    QVERIFY_EXCEPTION_THROWN(rmsNormSegments(y, gains.first(7), 1e-5F), Error);
}

void TestElementwise::capsAndClampsEqualTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix x = spread(rows, cols);
    forEachTarget([&] {
        Matrix y = x;
        softCap(y, 5.0F);
        QVERIFY(relativeError(y, applied(x, [](double v) { return 5.0 * std::tanh(v / 5.0); }), 1e-3) < 16.0 * kEpsilon);
        y = x;
        clamp(y, 1.5F);
        QVERIFY(relativeError(y, applied(x, [](double v) { return std::min(std::max(v, -1.5), 1.5); }), 1e-3) == 0.0);
    });
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
    MatrixD rms(rows, cols);
    MatrixD layer(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        const auto row = x.row(i).cast<double>();
        const double mean = row.mean();
        rms.row(i) = row.cwiseProduct(gain.row(0).cast<double>()) / std::sqrt(row.squaredNorm() / cols + 1e-5);
        const double variance = (row.array() - mean).square().mean();
        layer.row(i) =
            ((row.array() - mean) / std::sqrt(variance + 1e-5) * gain.row(0).cast<double>().array() + bias.row(0).cast<double>().array())
                .matrix();
    }
    forEachTarget([&] {
        QVERIFY(relativeError(rmsNorm(x, gains, 1e-5F), rms, 1e-3) <= 16.0 * kEpsilon);
        // Where mean and deviation cancel, the error is relative to what was subtracted.
        QVERIFY(relativeError(layerNorm(x, gains, biases, 1e-5F), layer, 1.0) <= 64.0 * kEpsilon * (cols == 1 ? 1000.0 : 1.0));
        QVERIFY(relativeError(layerNorm(x, gains, {}, 1e-5F), layer.rowwise() - bias.row(0).cast<double>(), 1.0) <=
                64.0 * kEpsilon * (cols == 1 ? 1000.0 : 1.0));
    });
}

void TestElementwise::activationsEqualTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix x = spread(rows, cols);
    const auto check = [&](void (*fast)(MatrixSpan), const std::function<double(double)>& definition) {
        Matrix y = x;
        fast(y);
        const double error = relativeError(y, applied(x, definition), 1e-6);
        QVERIFY2(error <= 64.0 * kEpsilon, qPrintable(QString::number(error / kEpsilon)));
    };
    forEachTarget([&] {
        check(silu, [](double v) { return v / (1.0 + std::exp(-v)); });
        check(relu, [](double v) { return std::max(v, 0.0); });
    });
    // Φ and tanh cancel where x is far below zero; the error there is relative to x, not to the vanishing value.
    const auto checkSum = [&](void (*fast)(MatrixSpan), const std::function<double(double)>& definition) {
        Matrix y = x;
        fast(y);
        const MatrixD error = y.cast<double>() - applied(x, definition);
        for (Index i = 0; i < x.size(); ++i)
            QVERIFY(std::abs(error.data()[i]) <= 8.0 * kEpsilon * (std::abs(static_cast<double>(x.data()[i])) + 1e-6));
    };
    checkSum(gelu, [](double v) { return 0.5 * v * (1.0 + std::erf(v / std::numbers::sqrt2)); });
    forEachTarget([&] {
        checkSum(geluTanh,
                 [](double v) { return 0.5 * v * (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (v + 0.044715 * v * v * v))); });
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

void TestElementwise::softmaxRowsSumToOne() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix x = spread(rows, cols);
    forEachTarget([&] {
        Matrix y = x;
        softmaxRows(y);
        for (Index i = 0; i < rows; ++i) {
            const auto row = x.row(i).cast<double>();
            const Eigen::RowVectorXd e = (row.array() - row.maxCoeff()).exp();
            QVERIFY((y.row(i).cast<double>() - e / e.sum()).norm() <= 16.0 * kEpsilon);
            const double log_sum = row.maxCoeff() + std::log(e.sum());
            QVERIFY(std::abs(logSumExp({x.row(i).data(), static_cast<std::size_t>(cols)}) - log_sum) <=
                    8.0 * kEpsilon * (1.0 + std::abs(log_sum)));
        }
    });
}

void TestElementwise::sumsAndProductsAreElementByElement() {
    const Matrix x = randomMatrix(9, 33, 55);
    const Matrix y = randomMatrix(9, 33, 56);
    Matrix sum = x;
    add(sum, y);
    QVERIFY(sum == x + y);
    Matrix product = x;
    multiply(product, y);
    QVERIFY(product == x.cwiseProduct(y));
}

void TestElementwise::logSumExpDoesNotOverflow() {
    const std::vector<float> large{1000.0F, 1000.0F};
    QVERIFY(std::abs(logSumExp(large) - (1000.0 + std::numbers::ln2)) < 1e-9);
    QCOMPARE(logSumExp({}), -std::numeric_limits<double>::infinity());
}

void TestElementwise::shapesThatDisagreeAreRefused() {
    Matrix x(2, 3);
    const std::vector<float> two(2);
    const std::vector<float> three(3);
    QVERIFY_EXCEPTION_THROWN((void)rmsNorm(x, two, 1e-5F), Error);
    QVERIFY_EXCEPTION_THROWN((void)layerNorm(x, three, two, 1e-5F), Error);
    QVERIFY_EXCEPTION_THROWN(add(x, Matrix(3, 2)), Error);
    QVERIFY_EXCEPTION_THROWN(multiply(x, Matrix(2, 2)), Error);
}

void TestElementwise::viewsWithGapsAreLeftAloneOutside() {
    Matrix wide = Matrix::Constant(8, 60, 2.0F);
    silu(wide.block(2, 5, 3, 37));
    QCOMPARE(wide(2, 4), 2.0F);
    QCOMPARE(wide(2, 42), 2.0F);
    QCOMPARE(wide(1, 10), 2.0F);
    QVERIFY(wide(4, 41) < 2.0F);
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
