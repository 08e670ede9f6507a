#include <QTest>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/eval/pooled_image.h"
#include "core/kernels/parallel.h"

using namespace salient;

namespace {

MatrixRegion whole(const Matrix& m) { return {0.0, 0.0, static_cast<double>(m.rows()), static_cast<double>(m.cols())}; }

/// Small pseudo-random values without a library generator, so that they are the same everywhere.
Matrix noise(Index rows, Index cols) {
    Matrix m(rows, cols);
    std::uint32_t state = 1;
    for (Index i = 0; i < m.size(); ++i) {
        state = state * 1664525U + 1013904223U;
        m.data()[i] = static_cast<float>(state >> 8) / 16777216.0F - 0.5F;
    }
    return m;
}

}  // namespace

class TestPooledImage : public QObject {
    Q_OBJECT

private slots:
    void keepsTheSignOfTheLargestMagnitude() {
        Matrix m(2, 4);
        m << 1, -3, 0, 2,  //
            2, 2, -1, 0.5F;
        const Matrix picture = poolByMagnitude(m, whole(m), 1, 2);
        QCOMPARE(picture(0, 0), -3.0F);
        QCOMPARE(picture(0, 1), 2.0F);
    }

    void onePixelPerElementIsTheMatrix() {
        const Matrix m = noise(7, 5);
        QVERIFY(poolByMagnitude(m, whole(m), 7, 5) == m);
    }

    void repeatsElementsWhenZoomedIn() {
        Matrix m(2, 2);
        m << 1, 2, 3, 4;
        const Matrix picture = poolByMagnitude(m, whole(m), 6, 4);
        for (Index r = 0; r < 6; ++r) {
            for (Index c = 0; c < 4; ++c) QCOMPARE(picture(r, c), m(r / 3, c / 2));
        }
    }

    void everyOutlierSurvivesAtAnySize_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("cols");
        QTest::newRow("even") << 10 << 10;
        QTest::newRow("uneven") << 7 << 13;
        QTest::newRow("one pixel") << 1 << 1;
        QTest::newRow("nearly all") << 59 << 97;
    }
    void everyOutlierSurvivesAtAnySize() {
        QFETCH(int, rows);
        QFETCH(int, cols);
        for (Index at = 0; at < 60 * 100; at += 37) {
            Matrix m = Matrix::Zero(60, 100);
            m.data()[at] = -9.0F;
            const Matrix picture = poolByMagnitude(m, whole(m), rows, cols);
            QCOMPARE((picture.array() == -9.0F).count(), Index{1});
        }
    }

    void nanBeatsEveryNumber() {
        Matrix m = Matrix::Constant(4, 4, 5.0F);
        m(1, 2) = std::numeric_limits<float>::quiet_NaN();
        m(3, 3) = std::numeric_limits<float>::infinity();
        const Matrix picture = poolByMagnitude(m, whole(m), 2, 2);
        QCOMPARE(picture(0, 0), 5.0F);
        QVERIFY(std::isnan(picture(0, 1)));
        QCOMPARE(picture(1, 1), std::numeric_limits<float>::infinity());
        QVERIFY(std::isnan(poolByMagnitude(m, whole(m), 1, 1)(0, 0)));
    }

    void outsideTheMatrixIsNan() {
        const Matrix m = Matrix::Ones(2, 2);
        const Matrix picture = poolByMagnitude(m, {-1.0, 0.0, 4.0, 4.0}, 4, 4);
        QVERIFY(std::isnan(picture(0, 0)));
        QCOMPARE(picture(1, 0), 1.0F);
        QCOMPARE(picture(2, 1), 1.0F);
        QVERIFY(std::isnan(picture(2, 2)));
        QVERIFY(std::isnan(picture(3, 0)));
    }

    void refusesAnEmptyPictureOrRegion() {
        const Matrix m = Matrix::Ones(2, 2);
        QVERIFY_EXCEPTION_THROWN((void)poolByMagnitude(m, whole(m), 0, 2), Error);
        QVERIFY_EXCEPTION_THROWN((void)poolByMagnitude(m, {0.0, 0.0, 0.0, 2.0}, 2, 2), Error);
        QVERIFY_EXCEPTION_THROWN((void)poolByMagnitude(m, {std::nan(""), 0.0, 1.0, 2.0}, 2, 2), Error);
    }

    void sameBitsForAnyThreadCount() {
        const Matrix m = noise(500, 300);
        setThreadCount(1);
        const Matrix one = poolByMagnitude(m, whole(m), 101, 77);
        setThreadCount(0);
        QVERIFY(one == poolByMagnitude(m, whole(m), 101, 77));
    }

    void pyramidIsExactWhenItsLevelsFitThePixels() {
        auto m = std::make_shared<Matrix>(noise(1024, 512));
        const MagnitudePyramid pyramid(m);
        QVERIFY(pyramid.pool(whole(*m), 128, 64) == poolByMagnitude(*m, whole(*m), 128, 64));
        QVERIFY(pyramid.pool(whole(*m), 600, 400) == poolByMagnitude(*m, whole(*m), 600, 400));
        const MatrixRegion part{64.0, 128.0, 256.0, 256.0};
        QVERIFY(pyramid.pool(part, 32, 64) == poolByMagnitude(*m, part, 32, 64));
    }

    void pyramidLosesNoOutlier() {
        for (Index at = 0; at < Index{700} * 900; at += 9973) {
            auto m = std::make_shared<Matrix>(Matrix::Constant(700, 900, 0.25F));
            m->data()[at] = -8.0F;
            const MagnitudePyramid pyramid(m);
            QCOMPARE((pyramid.pool(whole(*m), 83, 111).array() == -8.0F).count(), Index{1});
            QCOMPARE(pyramid.maxAbs(), 8.0F);
        }
    }

    void pyramidLosesNoOutlierWhenRowsAndColumnsDiffer() {
        for (Index at = 0; at < Index{2000} * 600; at += 99991) {
            auto m = std::make_shared<Matrix>(Matrix::Constant(2000, 600, 0.25F));
            m->data()[at] = -8.0F;
            const MagnitudePyramid pyramid(m);
            const Matrix picture = pyramid.pool(whole(*m), 100, 180);  // 20 rows and 3.3 columns a pixel
            const Index hits = (picture.array() == -8.0F).count();
            QVERIFY(hits == 1 || hits == 2);
        }
    }

    void pyramidMaximumIgnoresWhatIsNotFinite() {
        auto m = std::make_shared<Matrix>(Matrix::Constant(600, 600, -2.0F));
        (*m)(0, 0) = std::numeric_limits<float>::quiet_NaN();
        (*m)(1, 1) = -3.0F;  // hidden behind the NaN in every smaller copy
        (*m)(300, 300) = std::numeric_limits<float>::infinity();
        QCOMPARE(MagnitudePyramid(m).maxAbs(), 3.0F);
    }
};

QTEST_APPLESS_MAIN(TestPooledImage)
#include "tst_pooled_image.moc"
