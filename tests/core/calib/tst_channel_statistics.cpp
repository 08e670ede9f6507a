#include <QTest>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/calib/channel_statistics.h"
#include "core/error.h"
#include "core/kernels/parallel.h"

using namespace salient;

namespace {

Matrix columns(std::initializer_list<std::initializer_list<float>> rows) {
    Matrix x(static_cast<Index>(rows.size()), static_cast<Index>(rows.begin()->size()));
    Index r = 0;
    for (const auto& row : rows) {
        Index c = 0;
        for (const float value : row) x(r, c++) = value;
        ++r;
    }
    return x;
}

/// Values over many octaves, of both signs, some zero.
Matrix heavyTailed(Index n_tokens, Index n_channels) {
    Matrix x = Matrix::Random(n_tokens, n_channels);
    return x.unaryExpr([](float v) { return v * std::exp2(12.0F * v * v * v - 4.0F); });
}

/// The bin by its definition.
int plainBin(float value) {
    const double magnitude = std::abs(static_cast<double>(value));
    for (int bin = 0; bin < ChannelStatistics::kBins - 1; ++bin) {
        if (magnitude < std::exp2(0.5 * bin - 20)) return bin;
    }
    return ChannelStatistics::kBins - 1;
}

bool same(const ChannelStatistics& a, const ChannelStatistics& b) {
    return a.n_tokens == b.n_tokens && a.min == b.min && a.max == b.max && a.max_abs == b.max_abs && a.sum_abs == b.sum_abs &&
           a.sum_squares == b.sum_squares && a.max_abs_token == b.max_abs_token && a.histogram == b.histogram;
}

}  // namespace

class TestChannelStatistics : public QObject {
    Q_OBJECT

private slots:
    void smallCaseWorkedByHand();
    void agreesWithOneLoopOverEachColumn();
    void histogramBinsSplitOctavesAtRootTwo();
    void percentileIsRightToABin();
    void chunksInOrderGiveTheSameBits();
    void threadsDoNotChangeTheBits();
    void mergeEqualsAddingUpToRounding();
    void viewsWithAStrideAreReadRight();
    void otherChannelCountIsRefused();
    void salientChannelsAreTheLargestMeans();
};

void TestChannelStatistics::smallCaseWorkedByHand() {
    ChannelStatistics statistics;
    statistics.add(columns({{1.0F, 0.0F}, {-3.0F, 0.0F}}), 10);
    statistics.add(columns({{3.0F, 0.0F}}), 12);
    QCOMPARE(statistics.n_tokens, Index{3});
    QCOMPARE(statistics.channelCount(), Index{2});
    QCOMPARE(statistics.min[0], -3.0F);
    QCOMPARE(statistics.max[0], 3.0F);
    QCOMPARE(statistics.max_abs[0], 3.0F);
    QCOMPARE(statistics.max_abs_token[0], Index{11});  // the first of two equals
    QCOMPARE(statistics.sum_abs[0], 7.0);
    QCOMPARE(statistics.sum_squares[0], 19.0);
    QCOMPARE(statistics.meanAbs()[0], 7.0F / 3.0F);
    QCOMPARE(statistics.max_abs[1], 0.0F);
    QCOMPARE(statistics.histogram[1][0], 3U);
    QCOMPARE(statistics.percentile(1, 0.99), 0.0F);
}

void TestChannelStatistics::agreesWithOneLoopOverEachColumn() {
    const Matrix x = heavyTailed(300, 301);
    ChannelStatistics statistics;
    statistics.add(x, 0);
    for (Index c = 0; c < x.cols(); ++c) {
        const auto at = static_cast<std::size_t>(c);
        double sum = 0.0;
        double squares = 0.0;
        std::array<std::uint32_t, ChannelStatistics::kBins> histogram{};
        for (Index t = 0; t < x.rows(); ++t) {
            sum += std::abs(static_cast<double>(x(t, c)));
            squares += static_cast<double>(x(t, c)) * static_cast<double>(x(t, c));
            ++histogram[static_cast<std::size_t>(plainBin(x(t, c)))];
        }
        Index where = 0;
        QCOMPARE(statistics.max_abs[at], x.col(c).cwiseAbs().maxCoeff(&where));
        QCOMPARE(statistics.max_abs_token[at], where);
        QCOMPARE(statistics.min[at], x.col(c).minCoeff());
        QCOMPARE(statistics.max[at], x.col(c).maxCoeff());
        QCOMPARE(statistics.sum_abs[at], sum);
        QCOMPARE(statistics.sum_squares[at], squares);
        QVERIFY(statistics.histogram[at] == histogram);
    }
}

void TestChannelStatistics::histogramBinsSplitOctavesAtRootTwo() {
    const float root2 = std::nextafter(std::sqrt(2.0F), 2.0F);  // √2 itself rounds down
    for (const float value : {0.0F, std::exp2(-21.0F), std::exp2(-20.0F), std::nextafter(std::exp2(-20.0F), 0.0F), 1.0F, root2,
                              std::nextafter(root2, 0.0F), std::nextafter(2.0F, 0.0F), 2.0F, 2047.9F, 2048.0F, 1e30F, -1.5F,
                              std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max()}) {
        ChannelStatistics statistics;
        statistics.add(columns({{value}}), 0);
        QVERIFY2(statistics.histogram[0][static_cast<std::size_t>(plainBin(value))] == 1,
                 qPrintable(QString::number(static_cast<double>(value))));
    }
}

void TestChannelStatistics::percentileIsRightToABin() {
    Matrix x(1000, 1);
    for (Index i = 0; i < 1000; ++i) x(i, 0) = static_cast<float>(i + 1) * 0.01F;  // 0.01 … 10, evenly
    ChannelStatistics statistics;
    statistics.add(x, 0);
    for (const double fraction : {0.1, 0.5, 0.9, 0.99}) {
        const auto exact = static_cast<float>(10.0 * fraction);
        const float found = statistics.percentile(0, fraction);
        QVERIFY(found >= exact * 0.99F && found <= exact * std::sqrt(2.0F) * 1.01F);
    }
    QCOMPARE(statistics.percentile(0, 1.0), 10.0F);
}

void TestChannelStatistics::chunksInOrderGiveTheSameBits() {
    const Matrix x = heavyTailed(257, 70);
    ChannelStatistics whole;
    whole.add(x, 0);
    ChannelStatistics parts;
    for (Index first = 0; first < 257; first += 50) parts.add(x.middleRows(first, std::min<Index>(50, 257 - first)), first);
    QVERIFY(same(whole, parts));
}

void TestChannelStatistics::threadsDoNotChangeTheBits() {
    const Matrix x = heavyTailed(200, 1000);
    setThreadCount(1);
    ChannelStatistics alone;
    alone.add(x, 0);
    for (const int threads : {2, 8}) {
        setThreadCount(threads);
        ChannelStatistics together;
        together.add(x, 0);
        QVERIFY(same(alone, together));
    }
    setThreadCount(0);
}

void TestChannelStatistics::mergeEqualsAddingUpToRounding() {
    const Matrix x = heavyTailed(200, 30);
    ChannelStatistics whole;
    whole.add(x, 0);
    ChannelStatistics first;
    first.add(x.topRows(90), 0);
    ChannelStatistics second;
    second.add(x.bottomRows(110), 90);
    ChannelStatistics merged;
    merged.merge({});
    merged.merge(first);
    merged.merge(second);
    QCOMPARE(merged.n_tokens, whole.n_tokens);
    QVERIFY(merged.min == whole.min && merged.max == whole.max && merged.max_abs == whole.max_abs);
    QVERIFY(merged.max_abs_token == whole.max_abs_token && merged.histogram == whole.histogram);
    for (std::size_t c = 0; c < merged.sum_abs.size(); ++c) {
        QVERIFY(std::abs(merged.sum_abs[c] - whole.sum_abs[c]) <= 200 * std::numeric_limits<double>::epsilon() * whole.sum_abs[c]);
    }
}

void TestChannelStatistics::viewsWithAStrideAreReadRight() {
    const Matrix x = heavyTailed(40, 90);
    ChannelStatistics view;
    view.add(x.middleCols(20, 30), 0);
    ChannelStatistics copy;
    copy.add(Matrix(x.middleCols(20, 30)), 0);
    QVERIFY(same(view, copy));
}

void TestChannelStatistics::otherChannelCountIsRefused() {
    ChannelStatistics statistics;
    statistics.add(Matrix::Zero(2, 3), 0);
    QVERIFY_EXCEPTION_THROWN(statistics.add(Matrix::Zero(2, 4), 2), Error);
    ChannelStatistics other;
    other.add(Matrix::Zero(2, 4), 0);
    QVERIFY_EXCEPTION_THROWN(statistics.merge(other), Error);
    QCOMPARE(statistics.n_tokens, Index{2});
}

void TestChannelStatistics::salientChannelsAreTheLargestMeans() {
    ChannelStatistics statistics;
    statistics.add(columns({{1.0F, -9.0F, 2.0F, 9.0F, 0.5F}, {1.0F, -9.0F, 40.0F, 9.0F, 0.5F}}), 0);
    QVERIFY((salientChannels(statistics, 0.6) == std::vector<Index>{2, 1, 3}));
    QVERIFY((salientChannels(statistics) == std::vector<Index>{2}));
    QVERIFY((salientChannels(statistics, 1.0).size() == 5));
    QVERIFY((salientChannels(statistics, 0.51).size() == 3));  // 2.55 channels
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(salientChannels(statistics, 0.0)), Error);
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(salientChannels(statistics, std::nan(""))), Error);
}

QTEST_APPLESS_MAIN(TestChannelStatistics)
#include "tst_channel_statistics.moc"
