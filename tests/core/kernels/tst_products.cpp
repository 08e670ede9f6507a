#include <QTest>
#include <functional>
#include <limits>

#include "core/error.h"
#include "core/kernels/gemm.h"
#include "core/kernels/gram.h"
#include "core/kernels/layout.h"
#include "core/tensor/float16.h"
#include "tests/core/kernels/matrices.h"

using namespace salient;

namespace {

MatrixD oriented(const Matrix& m, bool transpose) { return transpose ? MatrixD(m.cast<double>().transpose()) : MatrixD(m.cast<double>()); }

Matrix roundedToStored(const Matrix& m) {
    return m.unaryExpr([](float v) { return fromBFloat16(toBFloat16(v)); });
}

/// |error| allowed in a float32 product: √k·ε per entry of |A|·|B|, with a factor for the spread of a random walk.
double productBound(const MatrixD& a, const MatrixD& b) {
    return 4.0 * std::sqrt(static_cast<double>(a.cols()) + 1.0) * kEpsilon * a.norm() * b.norm();
}

}  // namespace

class TestProducts : public QObject {
    Q_OBJECT

private slots:
    void plainProductIsRoundedOnce_data() { sizes(); }
    void plainProductIsRoundedOnce();
    void productEqualsTheDefinition_data() { sizes(); }
    void productEqualsTheDefinition();
    void zeroBetaOverwritesNaN();
    void emptyInnerSizeScalesTheResult();
    void productReadsAndWritesViewsWithGaps();
    void shapesThatDisagreeAreRefused();
    void bfloat16ProductEqualsTheDefinition_data();
    void bfloat16ProductEqualsTheDefinition();
    void linearEqualsTheDefinition_data();
    void linearEqualsTheDefinition();
    void plainGramIsRoundedOnce_data() { activations(); }
    void plainGramIsRoundedOnce();
    void gramEqualsTheDefinition_data() { activations(); }
    void gramEqualsTheDefinition();
    void gramLeavesTheUpperTilesAlone();
    void gramStaysCloseToDoubleOverManyTokens();
    void bitsDoNotDependOnThreads();

private:
    static void sizes() {
        QTest::addColumn<int>("m");
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("k");
        const int all[][3] = {{1, 1, 1},     {3, 17, 5},     {0, 4, 4},       {4, 0, 4},     {17, 1, 3},
                              {1, 700, 300}, {47, 513, 130}, {260, 1030, 70}, {300, 65, 257}};
        for (const auto& s : all) QTest::addRow("%d x %d x %d", s[0], s[1], s[2]) << s[0] << s[1] << s[2];
    }
    static void activations() {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("n");
        const int all[][2] = {{1, 1}, {3, 17}, {0, 5}, {5, 0}, {70, 129}, {33, 700}, {1100, 260}};
        for (const auto& s : all) QTest::addRow("%d tokens, %d channels", s[0], s[1]) << s[0] << s[1];
    }
};

// Against Eigen's product in double precision, whose own error does not count beside one rounding to a float.
void TestProducts::plainProductIsRoundedOnce() {
    QFETCH(int, m);
    QFETCH(int, n);
    QFETCH(int, k);
    for (const bool transpose_a : {false, true}) {
        for (const bool transpose_b : {false, true}) {
            const Matrix a = transpose_a ? randomMatrix(k, m, 1) : randomMatrix(m, k, 1);
            const Matrix b = transpose_b ? randomMatrix(n, k, 2) : randomMatrix(k, n, 2);
            const Matrix before = randomMatrix(m, n, 3);
            const MatrixD expected = 0.5 * (oriented(a, transpose_a) * oriented(b, transpose_b)) + 2.0 * before.cast<double>();
            Matrix c = before;
            gemmPlain(a, transpose_a, b, transpose_b, c, 0.5F, 2.0F);
            QVERIFY((c.cast<double>() - expected).norm() <= 2.0 * kEpsilon * expected.norm());
        }
    }
}

void TestProducts::productEqualsTheDefinition() {
    QFETCH(int, m);
    QFETCH(int, n);
    QFETCH(int, k);
    using Product = std::function<void(MatrixView, bool, MatrixView, bool, MatrixSpan)>;
    const Product products[] = {
        [](MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c) {
            gemmTile(a, transpose_a, b, transpose_b, c, 0.5F, 2.0F);
        },
        [](MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c) {
            gemm(a, transpose_a, b, transpose_b, c, 0.5F, 2.0F);
        },
    };
    for (const bool transpose_a : {false, true}) {
        for (const bool transpose_b : {false, true}) {
            const Matrix a = transpose_a ? randomMatrix(k, m, 1) : randomMatrix(m, k, 1);
            const Matrix b = transpose_b ? randomMatrix(n, k, 2) : randomMatrix(k, n, 2);
            const Matrix before = randomMatrix(m, n, 3);
            Matrix plain = before;
            gemmPlain(a, transpose_a, b, transpose_b, plain, 0.5F, 2.0F);
            const double bound =
                productBound(oriented(a, transpose_a), oriented(b, transpose_b)) + 4.0 * kEpsilon * before.cast<double>().norm();
            for (const Product& product : products) {
                Matrix compact = before;
                product(a, transpose_a, b, transpose_b, compact);
                QVERIFY((compact - plain).cast<double>().norm() <= bound);
                Embedded gapped_a(a);
                Embedded gapped_b(b);
                Embedded gapped(before);
                product(gapped_a.view(), transpose_a, gapped_b.view(), transpose_b, gapped.view());
                QVERIFY((gapped.view() - plain).cast<double>().norm() <= bound);
                QVERIFY(gapped.isIntactAround());
            }
        }
    }
}

void TestProducts::zeroBetaOverwritesNaN() {
    const Matrix a = randomMatrix(64, 200, 4);
    const Matrix b = randomMatrix(200, 600, 5);
    const Matrix nothing = Matrix::Constant(64, 600, std::numeric_limits<float>::quiet_NaN());
    Matrix c = nothing;
    gemm(a, false, b, false, c);
    QVERIFY(c.allFinite());
    c = nothing;
    gemmTile(a, false, b, false, c);
    QVERIFY(c.allFinite());
    c = nothing;
    gemmPlain(a, false, b, false, c);
    QVERIFY(c.allFinite());
}

void TestProducts::emptyInnerSizeScalesTheResult() {
    const Matrix c = randomMatrix(3, 4, 6);
    Matrix scaled = c;
    gemm(Matrix(3, 0), false, Matrix(0, 4), false, scaled, 1.0F, 2.0F);
    QVERIFY(scaled == 2.0F * c);
    gemmPlain(Matrix(3, 0), false, Matrix(0, 4), false, scaled, 1.0F, 0.5F);
    QVERIFY(scaled == c);
    gemmTile(Matrix(3, 0), false, Matrix(0, 4), false, scaled);
    QVERIFY(scaled == Matrix::Zero(3, 4));
}

void TestProducts::productReadsAndWritesViewsWithGaps() {
    const Matrix a = randomMatrix(90, 300, 7);
    const Matrix b = randomMatrix(250, 700, 8);
    Matrix c = Matrix::Constant(100, 800, 7.0F);
    gemm(a.block(3, 5, 70, 200), false, b.block(1, 2, 200, 600), false, c.block(9, 11, 70, 600));
    Matrix compact(70, 600);
    gemm(Matrix(a.block(3, 5, 70, 200)), false, Matrix(b.block(1, 2, 200, 600)), false, compact);
    QVERIFY(c.block(9, 11, 70, 600) == compact);
    c.block(9, 11, 70, 600).setConstant(7.0F);
    QVERIFY(c == Matrix::Constant(100, 800, 7.0F));
}

void TestProducts::shapesThatDisagreeAreRefused() {
    Matrix c(2, 2);
    QVERIFY_EXCEPTION_THROWN(gemm(Matrix(2, 3), false, Matrix(4, 2), false, c), Error);
    QVERIFY_EXCEPTION_THROWN(gemmTile(Matrix(2, 3), false, Matrix(3, 5), false, c), Error);
    QVERIFY_EXCEPTION_THROWN((void)linear(Matrix(2, 3), Matrix(4, 5)), Error);
    QVERIFY_EXCEPTION_THROWN((void)linear(Matrix(2, 3), Matrix(4, 3), std::vector<float>(3)), Error);
    QVERIFY_EXCEPTION_THROWN(accumulateGram(Matrix(5, 3), 1.0F, c), Error);
}

void TestProducts::bfloat16ProductEqualsTheDefinition_data() {
    QTest::addColumn<int>("m");
    for (const int m : {1, 5, 130}) QTest::addRow("%d rows", m) << m;
}

void TestProducts::bfloat16ProductEqualsTheDefinition() {
    QFETCH(int, m);
    const Matrix a = randomMatrix(m, 333, 9);
    const Matrix b = randomMatrix(333, 530, 10);
    const MatrixD a64 = roundedToStored(a).cast<double>();
    const MatrixD b64 = roundedToStored(b).cast<double>();
    const MatrixD expected = a64 * b64;
    Matrix plain(m, 530);
    gemmPlain(a, false, b, false, plain, 1.0F, 0.0F, Compute::BFloat16);
    QVERIFY((plain.cast<double>() - expected).norm() <= 2.0 * kEpsilon * expected.norm());
    Matrix compact(m, 530);
    gemm(a, false, b, false, compact, 1.0F, 0.0F, Compute::BFloat16);
    QVERIFY((compact - plain).cast<double>().norm() <= productBound(a64, b64));
    Embedded gapped_a(a.transpose());
    Embedded gapped_b(b.transpose());
    Embedded gapped(Matrix::Zero(m, 530));
    gemm(gapped_a.view(), true, gapped_b.view(), true, gapped.view(), 1.0F, 0.0F, Compute::BFloat16);
    QVERIFY((gapped.view() - plain).cast<double>().norm() <= productBound(a64, b64));
    QVERIFY(gapped.isIntactAround());
}

void TestProducts::linearEqualsTheDefinition_data() {
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("in");
    QTest::addColumn<int>("out");
    const int all[][3] = {{1, 1, 1}, {3, 7, 5}, {70, 90, 600}};
    for (const auto& s : all) QTest::addRow("%d tokens, %d to %d", s[0], s[1], s[2]) << s[0] << s[1] << s[2];
}

void TestProducts::linearEqualsTheDefinition() {
    QFETCH(int, tokens);
    QFETCH(int, in);
    QFETCH(int, out);
    const Matrix x = randomMatrix(tokens, in, 11);
    const Matrix w = randomMatrix(out, in, 12);
    const Matrix bias = randomMatrix(1, out, 13);
    const std::span<const float> biases(bias.data(), static_cast<std::size_t>(out));
    const MatrixD product = x.cast<double>() * w.cast<double>().transpose();
    const MatrixD shifted = product.rowwise() + bias.row(0).cast<double>();
    QVERIFY((linearPlain(x, w).cast<double>() - product).norm() <= 2.0 * kEpsilon * product.norm());
    QVERIFY((linearPlain(x, w, biases).cast<double>() - shifted).norm() <= 2.0 * kEpsilon * shifted.norm());
    Embedded gapped_x(x);
    Embedded gapped_w(w);
    for (const Compute compute : {Compute::Float32, Compute::BFloat16}) {
        const Matrix plain = linearPlain(x, w, biases, compute);
        const double bound =
            productBound(x.cast<double>(), w.cast<double>().transpose()) + 4.0 * kEpsilon * (product.norm() + shifted.norm());
        QVERIFY((linear(x, w, biases, compute) - plain).cast<double>().norm() <= bound);
        QVERIFY((linear(gapped_x.view(), gapped_w.view(), biases, compute) - plain).cast<double>().norm() <= bound);
        QVERIFY((linear(x, w, {}, compute) - linearPlain(x, w, {}, compute)).cast<double>().norm() <= bound);
    }
}

void TestProducts::plainGramIsRoundedOnce() {
    QFETCH(int, tokens);
    QFETCH(int, n);
    for (const Compute compute : {Compute::Float32, Compute::BFloat16}) {
        const Matrix x = randomMatrix(tokens, n, 14);
        const Matrix before = randomMatrix(n, n, 15);
        Matrix h = before;
        accumulateGramPlain(x, 0.25F, h, compute);
        const MatrixD x64 = (compute == Compute::BFloat16 ? roundedToStored(x) : x).cast<double>();
        const MatrixD expected = 0.25 * x64.transpose() * x64 + before.cast<double>();
        const MatrixD error = (h.cast<double>() - expected).triangularView<Eigen::Lower>();
        QVERIFY(error.norm() <= 2.0 * kEpsilon * expected.norm());
        QVERIFY(Matrix(h.triangularView<Eigen::StrictlyUpper>()) == Matrix(before.triangularView<Eigen::StrictlyUpper>()));
    }
}

void TestProducts::gramEqualsTheDefinition() {
    QFETCH(int, tokens);
    QFETCH(int, n);
    const Matrix x = randomMatrix(tokens, n, 14);
    const Matrix before = randomMatrix(n, n, 15);
    const MatrixD x64 = x.cast<double>();
    const double bound = productBound(x64.transpose(), x64) + 8.0 * kEpsilon * before.cast<double>().norm();
    for (const Compute compute : {Compute::Float32, Compute::BFloat16}) {
        Matrix plain = before;
        accumulateGramPlain(x, 0.25F, plain, compute);
        Matrix compact = before;
        accumulateGram(x, 0.25F, compact, compute);
        QVERIFY(Matrix((compact - plain).triangularView<Eigen::Lower>()).cast<double>().norm() <= bound);
        Embedded gapped_x(x);
        Embedded gapped(before);
        accumulateGram(gapped_x.view(), 0.25F, gapped.view(), compute);
        QVERIFY(Matrix((gapped.view() - plain).triangularView<Eigen::Lower>()).cast<double>().norm() <= bound);
        QVERIFY(gapped.isIntactAround());
    }
}

void TestProducts::gramLeavesTheUpperTilesAlone() {
    Matrix h = Matrix::Zero(1200, 1200);
    accumulateGram(randomMatrix(4, 1200, 16), 1.0F, h);
    QVERIFY(h.topRightCorner(512, 688) == Matrix::Zero(512, 688));
}

// The sum over all tokens of one call is made in chunks; its error does not grow with their number beyond a random walk.
void TestProducts::gramStaysCloseToDoubleOverManyTokens() {
    const Index n = 40;
    const Index n_tokens = 20000;
    Matrix x = randomMatrix(n_tokens, n, 17);
    x.array() += 1.0F;  // a common sign makes rounding errors add up
    Matrix h = Matrix::Zero(n, n);
    accumulateGram(x, 1.0F, h);
    mirrorLower(h);
    Matrix plain = Matrix::Zero(n, n);
    accumulateGramPlain(x, 1.0F, plain);
    mirrorLower(plain);
    const double relative = (h - plain).cast<double>().norm() / plain.cast<double>().norm();
    QVERIFY2(relative <= 32.0 * kEpsilon, qPrintable(QString::number(relative / kEpsilon)));
}

void TestProducts::bitsDoNotDependOnThreads() {
    const Matrix a = randomMatrix(300, 400, 20);
    const Matrix b = randomMatrix(1100, 400, 21);
    for (const Compute compute : {Compute::Float32, Compute::BFloat16}) {
        QVERIFY(isSameForAnyThreadCount([&] { return linear(a, b, {}, compute); }));
        QVERIFY(isSameForAnyThreadCount([&] {
            Matrix h = Matrix::Zero(400, 400);
            accumulateGram(b, 1.0F, h, compute);
            return h;
        }));
    }
}

QTEST_APPLESS_MAIN(TestProducts)
#include "tst_products.moc"
