#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QVariantList>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/quant/scaling.h"
#include "tests/widgets/sample_tune_model.h"
#include "widgets/chart.h"
#include "widgets/clip_panel.h"

using namespace salient;
using namespace salient::testing;

namespace {

TuneModel sampleModel(Index out = 24, Index in = 64) {
    TuneModel model = sampleTuneModel(out, in);
    model.awq_grid.is_symmetric = false;
    model.awq_grid.rule = GridRule::Awq;
    return completed(std::move(model));
}

std::vector<float> scalesOf(const TuneModel& model) { return tuneScales(model, {TuneMethod::AwqRatio, 0.5, {}}); }

/// The relative output error in double precision, weight by weight from the definition: asymmetric AWQ grids, limits per row and group.
/// limit(largest |w·s| of a group of a row, row, group of that weight)
template <typename Limit>
double definitionOf(const TuneModel& model, const std::vector<float>& scales, Limit limit) {
    const Eigen::MatrixXd hessian = model.hessian->cast<double>();
    const Index width = model.awq_grid.group_size;
    double error = 0.0;
    double energy = 0.0;
    for (const auto& weight : model.weights) {
        Eigen::MatrixXd difference(weight->rows(), weight->cols());
        for (Index row = 0; row < weight->rows(); ++row) {
            for (Index first = 0; first < weight->cols(); first += width) {
                float largest = 0.0F;
                for (Index j = first; j < first + width; ++j)
                    largest = std::max(largest, std::fabs((*weight)(row, j) * scales[static_cast<std::size_t>(j)]));
                const float most = limit(largest, row, first / width);
                float low = 0.0F;
                float high = 0.0F;
                std::vector<float> clipped;
                for (Index j = first; j < first + width; ++j) {
                    clipped.push_back(std::clamp((*weight)(row, j) * scales[static_cast<std::size_t>(j)], -most, most));
                    low = std::min(low, clipped.back());
                    high = std::max(high, clipped.back());
                }
                const GridPoint grid = gridFromRange(low, high, model.awq_grid);
                for (Index j = first; j < first + width; ++j) {
                    const float code = static_cast<float>(roundToGrid(clipped[static_cast<std::size_t>(j - first)], grid, 7));
                    const double rounded = static_cast<double>(grid.scale) * static_cast<double>(code - grid.zero);
                    difference(row, j) =
                        static_cast<double>((*weight)(row, j)) - rounded / static_cast<double>(scales[static_cast<std::size_t>(j)]);
                }
            }
        }
        const Eigen::MatrixXd original = weight->cast<double>();
        error += (difference * hessian * difference.transpose()).trace();
        energy += (original * hessian * original.transpose()).trace();
    }
    return error / energy;
}

bool isNear(double a, double b) { return std::abs(a - b) <= 2e-4 * std::abs(b); }

}  // namespace

class TestClipPanel : public QObject {
    Q_OBJECT

private slots:
    void aHistogramCountsSharesOfTheGroupsLargest() {
        TuneModel model;
        Matrix weight(1, 8);
        weight << 1.0F, -0.5F, 0.26F, 0.0F, 8.0F, 4.0F, -8.0F, 0.09F;
        model.weights = {std::make_shared<const Matrix>(weight)};
        model.hessian = std::make_shared<const Matrix>(Matrix::Identity(8, 8));
        model.awq_grid.group_size = 4;
        const std::vector<float> scales{1.0F, 1.0F, 1.0F, 1.0F, 0.5F, 0.5F, 0.5F, 0.5F};  // the same for all of a group
        const std::vector<double> counts = clipHistogram(model, scales, 10);
        QCOMPARE(counts.size(), std::size_t{100});
        QCOMPARE(counts[99], 3.0);  // 1, 8, −8
        QCOMPARE(counts[49], 2.0);  // −0.5, 4
        QCOMPARE(counts[25], 1.0);  // 0.26
        QCOMPARE(counts[0], 1.0);   // 0
        QCOMPARE(counts[1], 1.0);   // 0.09 / 8 = 0.011
        QCOMPARE(std::accumulate(counts.begin(), counts.end(), 0.0), 8.0);
    }

    void aHistogramOfSomeRowsTakesThemEvenly() {
        TuneModel model = sampleModel();  // 24 + 12 rows
        const std::vector<double> counts = clipHistogram(model, std::vector<float>(64, 1.0F), 3);
        QCOMPARE(std::accumulate(counts.begin(), counts.end(), 0.0), 3.0 * 64.0);
        QCOMPARE(counts.back() >= 3.0 * 4.0, true);  // each row and group has a largest
    }

    void theClippedLossIsItsDefinition_data() {
        QTest::addColumn<double>("share");
        for (const double share : {1.0, 0.85, 0.5}) QTest::addRow("%.2f", share) << share;
    }
    void theClippedLossIsItsDefinition() {
        QFETCH(double, share);
        const TuneModel model = sampleModel();
        const std::vector<float> scales = scalesOf(model);
        JobContext job;
        const double expected =
            definitionOf(model, scales, [share](float largest, Index, Index) { return static_cast<float>(share) * largest; });
        QVERIFY(isNear(clippedLoss(model, scales, share, job), expected));
        if (share == 1.0) QVERIFY(isNear(tuneLoss(model, TuneMethod::AwqRatio, scales), expected));
    }

    void theSearchedLossIsThatOfTheBestLevelOfEachGroup() {
        const TuneModel model = sampleModel();
        const std::vector<float> scales = scalesOf(model);
        JobContext job;
        // awqClip() has its own tests; here its limits are put through the definition.
        std::vector<Matrix> limits;
        for (const auto& weight : model.weights)
            limits.push_back(awqClip(scaledColumns(*weight, scales), scaledHessian(*model.hessian, scales), model.awq_grid, {}, job));
        const Matrix* at = nullptr;
        Index last_row = -1;
        std::size_t next = 0;
        const double expected = definitionOf(model, scales, [&](float, Index row, Index group) {
            if (row < last_row || at == nullptr) at = &limits[next++];  // the next weight begins
            last_row = row;
            return (*at)(row, group);
        });
        QVERIFY(isNear(searchedClipLoss(model, scales, job), expected));
    }

    void aMoveOfTheClipIsAnsweredAtOnceAndExactlyForASmallLayer() {
        const TuneModel model = sampleModel();
        const std::vector<float> scales = scalesOf(model);
        ClipPanel panel;
        panel.show();
        panel.setModel(model, model);
        panel.setScales(scales);
        QTRY_VERIFY(std::isfinite(panel.losses().none));
        QSignalSpy asked(&panel, &ClipPanel::clipWanted);
        QTest::keyClick(panel.findChild<QSlider*>(QStringLiteral("clip")), Qt::Key_PageDown);
        QCOMPARE(panel.share(), 0.95);
        JobContext job;
        QCOMPARE(panel.losses().clipped, clippedLoss(model, scales, 0.95, job));
        QCOMPARE(panel.losses().none, clippedLoss(model, scales, 1.0, job));
        QCOMPARE(panel.losses().searched, searchedClipLoss(model, scales, job));
        QVERIFY(panel.isExact());
        const QString text = panel.findChild<QLabel*>(QStringLiteral("clip_text"))->text();
        QVERIFY2(text.contains(QStringLiteral("clipped here")) && text.contains(QStringLiteral("not clipped")), qPrintable(text));
        QTest::qWait(300);
        QCOMPARE(asked.count(), 0);
    }

    void aLargeLayerShowsAPreviewAndTakesTheExactAnswer() {
        const TuneModel model = sampleModel();
        ClipPanel panel;
        panel.show();
        panel.setModel(model, sampledRows(model, 5));
        QSignalSpy asked(&panel, &ClipPanel::clipWanted);
        panel.setScales(scalesOf(model));
        QVERIFY(asked.wait(5000));
        QVERIFY(!panel.isExact());
        QVERIFY(std::isnan(panel.losses().searched));
        const auto first = asked.last().first().value<ClipRequest>();
        QVERIFY(first.wants_references);
        panel.setLosses(first.serial - 1, {1.0, 1.0, 1.0});  // an answer to an older question
        QVERIFY(!panel.isExact());
        panel.setLosses(first.serial, {0.03, 0.03, 0.02});
        QVERIFY(panel.isExact());

        panel.setShare(0.8);
        QVERIFY(!panel.isExact());
        QVERIFY(asked.wait(5000));
        const auto second = asked.last().first().value<ClipRequest>();
        QCOMPARE(second.share, 0.8);
        QVERIFY(!second.wants_references);
        panel.setLosses(second.serial, {std::nan(""), 0.05, std::nan("")});
        QCOMPARE(panel.losses().none, 0.03);
        QCOMPARE(panel.losses().clipped, 0.05);
        QCOMPARE(panel.losses().searched, 0.02);
    }

    void aClickOnTheHistogramSetsTheClip() {
        const TuneModel model = sampleModel();
        ClipPanel panel;
        panel.show();
        panel.setModel(model, model);
        panel.setScales(scalesOf(model));
        QTRY_VERIFY(!panel.findChild<Chart*>()->series().empty());
        emit panel.findChild<Chart*>()->chosen(69);
        QCOMPARE(panel.share(), 0.7);
    }

    void applyTellsClipAndReach() {
        const TuneModel model = sampleModel();
        ClipPanel panel;
        panel.show();
        panel.setModel(model, model);
        panel.setScales(scalesOf(model));
        QTRY_VERIFY(std::isfinite(panel.losses().none));
        QSignalSpy applied(&panel, &ClipPanel::applyWanted);
        panel.setShare(0.85);
        panel.findChild<QPushButton*>(QStringLiteral("apply_clip"))->click();
        panel.findChild<QPushButton*>(QStringLiteral("apply_clip_all"))->click();
        QCOMPARE(applied.count(), 2);
        QCOMPARE(applied.at(0), (QVariantList{0.85, false}));
        QCOMPARE(applied.at(1), (QVariantList{0.85, true}));
    }

    void otherScalesThanAwqsAreNotClipped() {
        const TuneModel model = sampleModel();
        ClipPanel panel;
        panel.show();
        panel.setModel(model, model);
        panel.setScales({});
        QTest::qWait(50);
        for (const char* name : {"apply_clip", "apply_clip_all"}) QVERIFY(!panel.findChild<QPushButton*>(QLatin1String(name))->isEnabled());
        QVERIFY(!panel.findChild<QSlider*>(QStringLiteral("clip"))->isEnabled());
        QVERIFY(panel.findChild<Chart*>()->series().empty());
        QVERIFY(!panel.grab().isNull());
    }
};

QTEST_MAIN(TestClipPanel)
#include "tst_clip_panel.moc"
