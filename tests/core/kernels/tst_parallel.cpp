#include <QTest>
#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/kernels/parallel.h"
#include "tests/core/kernels/matrices.h"

using namespace salient;

namespace {

using Chunks = std::vector<std::pair<Index, Index>>;

/// What the bodies were called with, in order.
Chunks chunksOf(Index n, Index grain) {
    std::mutex mutex;
    Chunks chunks;
    parallelFor(n, grain, [&](Index first, Index last) {
        const std::scoped_lock lock(mutex);
        chunks.emplace_back(first, last);
    });
    std::ranges::sort(chunks);
    return chunks;
}

}  // namespace

class TestParallel : public QObject {
    Q_OBJECT

private slots:
    void chunksAreThoseOfOneLoop_data();
    void chunksAreThoseOfOneLoop();
    void threadCountIsWhatWasAskedFor();
    void anExceptionReachesTheCaller();
};

void TestParallel::chunksAreThoseOfOneLoop_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("grain");
    for (const int n : {-1, 0, 1, 7, 64, 1000}) {
        for (const int grain : {0, 1, 3, 64, 5000}) QTest::addRow("%d by %d", n, grain) << n << grain;
    }
}

void TestParallel::chunksAreThoseOfOneLoop() {
    QFETCH(int, n);
    QFETCH(int, grain);
    Chunks expected;
    const Index step = std::max(grain, 1);
    for (Index first = 0; first < n; first += step) expected.emplace_back(first, std::min<Index>(first + step, n));
    QVERIFY(isSameForAnyThreadCount([&] { return chunksOf(n, grain); }));
    QVERIFY(chunksOf(n, grain) == expected);
}

void TestParallel::threadCountIsWhatWasAskedFor() {
    const ThreadCountGuard guard;
    const int all = threadCount();
    setThreadCount(3);
    QCOMPARE(threadCount(), 3);
    setThreadCount(0);
    QCOMPARE(threadCount(), all);
}

void TestParallel::anExceptionReachesTheCaller() {
    const ThreadCountGuard guard;
    for (const int n_threads : {1, 8}) {
        setThreadCount(n_threads);
        const auto failing = [](Index first, Index) {
            if (first == 5) throw std::out_of_range("five");
        };
        QVERIFY_EXCEPTION_THROWN(parallelFor(100, 1, failing), std::out_of_range);
        QCOMPARE(chunksOf(100, 1).size(), std::size_t{100});
    }
}

QTEST_APPLESS_MAIN(TestParallel)
#include "tst_parallel.moc"
