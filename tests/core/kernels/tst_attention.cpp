#include <QTest>

#include "core/error.h"
#include "core/kernels/attention.h"
#include "tests/core/kernels/matrices.h"

using namespace salient;

namespace {

struct Operands {
    Operands(const AttentionShape& shape, Index n_windows)
        : q(randomMatrix(n_windows * shape.seq_len, shape.n_heads * shape.head_dim, 61)),
          k(randomMatrix(n_windows * shape.seq_len, shape.n_kv_heads * shape.head_dim, 62)),
          v(randomMatrix(n_windows * shape.seq_len, shape.n_kv_heads * shape.head_dim, 63)) {}
    Matrix q, k, v;
};

AttentionShape shapeOf(Index seq_len, Index n_heads, Index n_kv_heads, Index head_dim, Index sliding_window) {
    return {seq_len, n_heads, n_kv_heads, head_dim, sliding_window, 1.0F / std::sqrt(static_cast<float>(head_dim))};
}

}  // namespace

class TestAttention : public QObject {
    Q_OBJECT

private slots:
    void definitionIsTheSoftmaxOfTheScores();
    void equalsTheDefinition_data();
    void equalsTheDefinition();
    void capsAndSlopesEqualTheDefinition_data();
    void capsAndSlopesEqualTheDefinition();
    void biasesOfKeysThatAreRampsEqualSlopes();
    void slopesFollowThePaper();
    void bfloat16StaysWithinItsRounding();
    void laterTokensDoNotMatter();
    void windowsDoNotSeeEachOther();
    void hugeScoresDoNotOverflow();
    void shapesThatDisagreeAreRefused();
    void bitsDoNotDependOnThreads();
};

// With whole matrices of scores, in double precision: for each head e^s of what a query sees, divided by its sum, times V.
void TestAttention::definitionIsTheSoftmaxOfTheScores() {
    AttentionShape shape = shapeOf(7, 2, 1, 3, 4);
    shape.soft_cap = 1.5F;
    shape.slopes = {0.5F, 0.25F};
    const Operands x(shape, 2);
    const Matrix plain = causalAttentionPlain(x.q, x.k, x.v, shape);
    for (Index window = 0; window < 2; ++window) {
        for (Index head = 0; head < 2; ++head) {
            const MatrixD q = x.q.block(7 * window, 3 * head, 7, 3).cast<double>();
            const MatrixD k = x.k.middleRows(7 * window, 7).cast<double>();
            MatrixD powers = static_cast<double>(shape.scale) * q * k.transpose();
            for (Index query = 0; query < 7; ++query) {
                for (Index key = 0; key < 7; ++key) {
                    const double slope = head == 0 ? 0.5 : 0.25;
                    const double score = 1.5 * std::tanh(powers(query, key) / 1.5) + slope * static_cast<double>(key - query);
                    powers(query, key) = key <= query && key > query - 4 ? std::exp(score) : 0.0;
                }
                powers.row(query) /= powers.row(query).sum();
            }
            const MatrixD expected = powers * x.v.middleRows(7 * window, 7).cast<double>();
            const MatrixD found = plain.block(7 * window, 3 * head, 7, 3).cast<double>();
            QVERIFY((found - expected).norm() <= 2.0 * kEpsilon * expected.norm());
        }
    }
}

void TestAttention::equalsTheDefinition_data() {
    QTest::addColumn<int>("seq_len");
    QTest::addColumn<int>("n_heads");
    QTest::addColumn<int>("n_kv_heads");
    QTest::addColumn<int>("head_dim");
    QTest::addColumn<int>("sliding_window");
    const int cases[][5] = {{1, 1, 1, 1, 0},    {3, 2, 1, 5, 0},    {127, 2, 2, 8, 0},   {129, 4, 2, 16, 0},  {300, 2, 1, 17, 0},
                            {300, 1, 1, 16, 1}, {300, 1, 1, 16, 7}, {600, 1, 1, 8, 130}, {300, 2, 1, 8, 299}, {300, 2, 1, 8, 1000}};
    for (const auto& c : cases) {
        QTest::addRow("%d tokens, %d/%d heads of %d, window %d", c[0], c[1], c[2], c[3], c[4]) << c[0] << c[1] << c[2] << c[3] << c[4];
    }
}

void TestAttention::equalsTheDefinition() {
    QFETCH(int, seq_len);
    QFETCH(int, n_heads);
    QFETCH(int, n_kv_heads);
    QFETCH(int, head_dim);
    QFETCH(int, sliding_window);
    const AttentionShape shape = shapeOf(seq_len, n_heads, n_kv_heads, head_dim, sliding_window);
    const Operands x(shape, 2);
    const Matrix fast = causalAttention(x.q, x.k, x.v, shape);
    const Matrix plain = causalAttentionPlain(x.q, x.k, x.v, shape);
    const double bound = 16.0 * kEpsilon * x.v.cast<double>().norm() * std::sqrt(n_heads / n_kv_heads);
    QVERIFY((fast - plain).cast<double>().norm() <= bound);
    // Q, K and V as parts of one wider product lie in memory with gaps.
    Embedded q(x.q);
    Embedded k(x.k);
    Embedded v(x.v);
    QVERIFY((causalAttention(q.view(), k.view(), v.view(), shape) - plain).cast<double>().norm() <= bound);
    const Matrix rounded = causalAttention(q.view(), k.view(), v.view(), shape, Compute::BFloat16);
    QVERIFY(rounded == causalAttention(x.q, x.k, x.v, shape, Compute::BFloat16));
}

void TestAttention::capsAndSlopesEqualTheDefinition_data() {
    QTest::addColumn<int>("seq_len");
    QTest::addColumn<int>("sliding_window");
    QTest::addColumn<float>("soft_cap");
    QTest::addColumn<bool>("has_slopes");
    QTest::newRow("cap") << 300 << 0 << 0.7F << false;
    QTest::newRow("slopes") << 300 << 0 << 0.0F << true;
    QTest::newRow("both, window") << 600 << 130 << 1.5F << true;
    QTest::newRow("both, short") << 3 << 0 << 2.0F << true;
}

void TestAttention::capsAndSlopesEqualTheDefinition() {
    QFETCH(int, seq_len);
    QFETCH(int, sliding_window);
    QFETCH(float, soft_cap);
    QFETCH(bool, has_slopes);
    AttentionShape shape = shapeOf(seq_len, 6, 3, 16, sliding_window);
    const Operands x(shape, 2);
    const Matrix without = causalAttentionPlain(x.q, x.k, x.v, shape);
    shape.soft_cap = soft_cap;
    if (has_slopes) shape.slopes = alibiSlopes(6);
    const Matrix plain = causalAttentionPlain(x.q, x.k, x.v, shape);
    QVERIFY((plain - without).norm() > 1e-3F * plain.norm());
    const double norm = x.v.cast<double>().norm() * std::sqrt(2.0);
    QVERIFY((causalAttention(x.q, x.k, x.v, shape) - plain).cast<double>().norm() <= 16.0 * kEpsilon * norm);
    const Matrix rounded = causalAttention(x.q, x.k, x.v, shape, Compute::BFloat16);
    QVERIFY((rounded - plain).cast<double>().norm() <= 4.0 * 0x1p-9 * plain.cast<double>().norm());
    for (const Compute compute : {Compute::Float32, Compute::BFloat16})
        QVERIFY(isSameForAnyThreadCount([&] { return causalAttention(x.q, x.k, x.v, shape, compute); }));
}

void TestAttention::biasesOfKeysThatAreRampsEqualSlopes() {
    for (const Index window : {Index{0}, Index{130}}) {
        AttentionShape sloped = shapeOf(300, 6, 3, 8, window);
        sloped.slopes = alibiSlopes(6);
        AttentionShape biased = sloped;
        for (const float slope : sloped.slopes) {
            for (Index key = 0; key < 300; ++key) biased.key_biases.push_back(slope * static_cast<float>(key));
        }
        const Operands x(sloped, 2);
        // The softmax does not see what all keys of a query share; the biases reach 150, and so many times ε may be lost.
        const Matrix expected = causalAttentionPlain(x.q, x.k, x.v, sloped);
        QVERIFY((causalAttention(x.q, x.k, x.v, biased) - expected).cast<double>().norm() <=
                150.0 * kEpsilon * expected.cast<double>().norm());
        QVERIFY((causalAttentionPlain(x.q, x.k, x.v, biased) - expected).cast<double>().norm() <=
                16.0 * kEpsilon * expected.cast<double>().norm());
        biased.key_biases.pop_back();
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(causalAttention(x.q, x.k, x.v, biased)), Error);
    }
}

void TestAttention::slopesFollowThePaper() {
    QCOMPARE(alibiSlopes(4), (std::vector<float>{0x1p-2F, 0x1p-4F, 0x1p-6F, 0x1p-8F}));
    QCOMPARE(alibiSlopes(6), (std::vector<float>{0x1p-2F, 0x1p-4F, 0x1p-6F, 0x1p-8F, 0x1p-1F, 0x1p-3F}));
    QCOMPARE(alibiSlopes(1), std::vector<float>{0x1p-8F});
}

void TestAttention::bfloat16StaysWithinItsRounding() {
    const AttentionShape shape = shapeOf(300, 2, 1, 32, 0);
    const Operands x(shape, 1);
    const Matrix plain = causalAttentionPlain(x.q, x.k, x.v, shape);
    const Matrix rounded = causalAttention(x.q, x.k, x.v, shape, Compute::BFloat16);
    const double error = (rounded - plain).cast<double>().norm() / plain.cast<double>().norm();
    QVERIFY2(error <= 4.0 * 0x1p-9, qPrintable(QString::number(error)));
    QVERIFY(error > 0.0);
}

void TestAttention::laterTokensDoNotMatter() {
    const AttentionShape shape = shapeOf(200, 1, 1, 16, 0);
    Operands x(shape, 1);
    const Matrix before = causalAttention(x.q, x.k, x.v, shape);
    x.k.bottomRows(50).setConstant(100.0F);
    x.v.bottomRows(50).setConstant(-100.0F);
    QVERIFY(causalAttention(x.q, x.k, x.v, shape).topRows(150) == before.topRows(150));
}

void TestAttention::windowsDoNotSeeEachOther() {
    const AttentionShape shape = shapeOf(70, 2, 2, 8, 0);
    const Operands x(shape, 3);
    const Matrix all = causalAttention(x.q, x.k, x.v, shape);
    const Matrix second = causalAttention(x.q.middleRows(70, 70), x.k.middleRows(70, 70), x.v.middleRows(70, 70), shape);
    QVERIFY(all.middleRows(70, 70) == second);
}

void TestAttention::hugeScoresDoNotOverflow() {
    const AttentionShape shape = shapeOf(300, 1, 1, 8, 0);
    Operands x(shape, 1);
    x.q *= 1e4F;
    QVERIFY(causalAttention(x.q, x.k, x.v, shape).allFinite());
    QVERIFY(causalAttention(-x.q, x.k, x.v, shape).allFinite());
}

void TestAttention::shapesThatDisagreeAreRefused() {
    const AttentionShape shape = shapeOf(10, 4, 2, 8, 0);
    const Operands x(shape, 1);
    QVERIFY_EXCEPTION_THROWN((void)causalAttention(x.q, x.k, x.v, shapeOf(10, 4, 3, 8, 0)), Error);
    QVERIFY_EXCEPTION_THROWN((void)causalAttention(x.q, x.k, x.v, shapeOf(7, 4, 2, 8, 0)), Error);
    QVERIFY_EXCEPTION_THROWN((void)causalAttention(x.q, x.q, x.v, shape), Error);
    AttentionShape sloped = shape;
    sloped.slopes = alibiSlopes(3);
    QVERIFY_EXCEPTION_THROWN((void)causalAttention(x.q, x.k, x.v, sloped), Error);
}

void TestAttention::bitsDoNotDependOnThreads() {
    const AttentionShape shape = shapeOf(300, 4, 2, 16, 0);
    const Operands x(shape, 2);
    QVERIFY(isSameForAnyThreadCount([&] { return causalAttention(x.q, x.k, x.v, shape); }));
}

QTEST_APPLESS_MAIN(TestAttention)
#include "tst_attention.moc"
