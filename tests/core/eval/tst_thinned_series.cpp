#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/eval/thinned_series.h"

using namespace salient;

class TestThinnedSeries : public QObject {
    Q_OBJECT

private slots:
    void fewPointsAreAllKept() {
        const std::vector<double> x{0, 1, 2, 3}, y{4, 2, 8, 1};
        QCOMPARE(thinToPixels(x, y, 0, 3, 100), (std::vector<Index>{0, 1, 2, 3}));
    }

    void keepsFirstLowestHighestAndLastOfAPixel() {
        const std::vector<double> x{0, 1, 2, 3, 4, 5}, y{3, 9, 4, 1, 5, 6};
        QCOMPARE(thinToPixels(x, y, 0, 5, 1), (std::vector<Index>{0, 1, 3, 5}));
    }

    void neverDrawsMoreThanFourPointsAPixelAndKeepsTheExtremes() {
        std::vector<double> x(16384), y(16384);
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = static_cast<double>(i);
            y[i] = std::sin(static_cast<double>(i * i));
        }
        y[7777] = 50.0;
        y[7778] = -60.0;
        const std::vector<Index> kept = thinToPixels(x, y, 0, 16383, 500);
        QVERIFY(kept.size() <= 2000);
        QVERIFY(std::is_sorted(kept.begin(), kept.end()));
        QVERIFY(std::adjacent_find(kept.begin(), kept.end()) == kept.end());
        QVERIFY(std::binary_search(kept.begin(), kept.end(), 7777));
        QVERIFY(std::binary_search(kept.begin(), kept.end(), 7778));
    }

    void keepsOneNeighbourBeyondEachEnd() {
        const std::vector<double> x{0, 1, 2, 3, 4, 5, 6}, y{1, 1, 1, 1, 1, 1, 1};
        QCOMPARE(thinToPixels(x, y, 2.5, 4.5, 100), (std::vector<Index>{2, 3, 4, 5}));
    }

    void leavesOutWhatIsNotFinite() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const std::vector<double> x{0, 1, 2}, y{1, nan, 3};
        QCOMPARE(thinToPixels(x, y, 0, 2, 100), (std::vector<Index>{0, 2}));
    }

    void logarithmicPixelsAreEvenInLogX() {
        // On two pixels over 1 … 100 the border is at 10.
        const std::vector<double> x{0, 1, 2, 5, 9, 20, 50, 100}, y{7, 0, 0, 0, 0, 0, 0, 0};
        const std::vector<Index> kept = thinToPixels(x, y, 1, 100, 2, true);
        QCOMPARE(kept, (std::vector<Index>{1, 4, 5, 7}));
    }

    void refusesDifferentLengths() {
        const std::vector<double> x{0, 1}, y{0};
        QVERIFY_EXCEPTION_THROWN((void)thinToPixels(x, y, 0, 1, 10), Error);
    }
};

QTEST_APPLESS_MAIN(TestThinnedSeries)
#include "tst_thinned_series.moc"
