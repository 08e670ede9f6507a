#include <QTest>

#include "core/kernels/layout.h"
#include "core/tensor/float16.h"
#include "tests/core/kernels/matrices.h"
#include "tests/core/kernels/targets.h"

using namespace salient;

class TestLayout : public QObject {
    Q_OBJECT

private slots:
    void mirrorsEqualTheDefinition_data();
    void mirrorsEqualTheDefinition();
    void mirroredTrianglesAreWhatTheyWere();
    void transposedTileEqualsTheDefinition_data() { shapes(); }
    void transposedTileEqualsTheDefinition();
    void packedRowsEqualTheDefinition_data() { shapes(); }
    void packedRowsEqualTheDefinition();
    void panelsEqualTheDefinition_data() { shapes(); }
    void panelsEqualTheDefinition();
    void panelsHoldTheColumnsInOrder();
    void memoryIsTakenAgain();
    void roundingToBFloat16EqualsTheDefinition_data() { shapes(); }
    void roundingToBFloat16EqualsTheDefinition();
    void bitsDoNotDependOnThreads();

private:
    static void shapes() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("cols");
        const int all[][2] = {{0, 3}, {3, 0}, {1, 1}, {1, 33}, {3, 4}, {4, 3}, {16, 16}, {19, 7}, {64, 511}, {65, 512}, {130, 1030}};
        for (const auto& s : all) QTest::addRow("%d x %d", s[0], s[1]) << s[0] << s[1];
    }
};

void TestLayout::mirrorsEqualTheDefinition_data() {
    QTest::addColumn<int>("n");
    for (const int n : {0, 1, 3, 63, 64, 65, 200}) QTest::addRow("%d", n) << n;
}

void TestLayout::mirrorsEqualTheDefinition() {
    QFETCH(int, n);
    const Matrix before = randomMatrix(n, n, 1);
    Matrix lower = before;
    mirrorLowerPlain(lower);
    Matrix upper = before;
    mirrorUpperPlain(upper);
    Matrix compact = before;
    mirrorLower(compact);
    QVERIFY(compact == lower);
    compact = before;
    mirrorUpper(compact);
    QVERIFY(compact == upper);
    Embedded gapped(before);
    mirrorLower(gapped.view());
    QVERIFY(Matrix(gapped.view()) == lower);
    gapped.view() = before;
    mirrorUpper(gapped.view());
    QVERIFY(Matrix(gapped.view()) == upper);
    QVERIFY(gapped.isIntactAround());
}

void TestLayout::mirroredTrianglesAreWhatTheyWere() {
    const Matrix before = randomMatrix(70, 70, 2);
    Matrix lower = before;
    mirrorLowerPlain(lower);
    QVERIFY(lower == lower.transpose());
    QVERIFY(Matrix(lower.triangularView<Eigen::Lower>()) == Matrix(before.triangularView<Eigen::Lower>()));
    Matrix upper = before;
    mirrorUpperPlain(upper);
    QVERIFY(upper == upper.transpose());
    QVERIFY(Matrix(upper.triangularView<Eigen::Upper>()) == Matrix(before.triangularView<Eigen::Upper>()));
}

void TestLayout::transposedTileEqualsTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix m = randomMatrix(rows, cols, 3);
    Matrix plain(cols, rows);
    transposeTilePlain(m, plain);
    QVERIFY(plain == m.transpose());
    Matrix compact(cols, rows);
    transposeTile(m, compact);
    QVERIFY(compact == plain);
    Embedded from(m);
    Embedded to(Matrix::Zero(cols, rows));
    transposeTile(from.view(), to.view());
    QVERIFY(Matrix(to.view()) == plain);
    QVERIFY(to.isIntactAround());
}

void TestLayout::packedRowsEqualTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix m = randomMatrix(rows, cols, 4);
    Embedded gapped(m);
    for (const bool transpose : {false, true}) {
        const Matrix expected = transpose ? Matrix(m.transpose()) : m;
        QVERIFY(packRowsPlain(m, transpose) == expected);
        for (const Compute compute : {Compute::Float32, Compute::BFloat16}) {
            const Matrix plain = packRowsPlain(m, transpose, compute);
            if (compute == Compute::BFloat16) {
                QVERIFY(plain == expected.unaryExpr([](float v) { return fromBFloat16(toBFloat16(v)); }));
            }
            QVERIFY(packRows(m, transpose, compute) == plain);
            QVERIFY(packRows(gapped.view(), transpose, compute) == plain);
        }
    }
}

void TestLayout::panelsEqualTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix m = randomMatrix(rows, cols, 5);
    Embedded gapped(m);
    for (const bool transpose : {false, true}) {
        for (const Compute compute : {Compute::Float32, Compute::BFloat16}) {
            const std::vector<Matrix> plain = packPanelsPlain(m, transpose, compute);
            QVERIFY(packPanels(m, transpose, compute) == plain);
            QVERIFY(packPanels(gapped.view(), transpose, compute) == plain);
        }
    }
}

void TestLayout::panelsHoldTheColumnsInOrder() {
    const Matrix m = randomMatrix(3, 2 * kPanelCols + 5, 6);
    const std::vector<Matrix> panels = packPanelsPlain(m, false);
    QCOMPARE(panels.size(), std::size_t{3});
    for (Index col = 0; col < m.cols(); ++col)
        QVERIFY(panels[static_cast<std::size_t>(col / kPanelCols)].col(col % kPanelCols) == m.col(col));
    QCOMPARE(panels.back().cols(), Index{5});
}

void TestLayout::memoryIsTakenAgain() {
    const Matrix first = randomMatrix(70, 600, 7);
    const Matrix second = randomMatrix(70, 600, 8);
    std::vector<Matrix> panels = packPanels(first, false);
    const float* const panel_memory = panels.front().data();
    panels = packPanels(second, false, Compute::Float32, std::move(panels));
    QVERIFY(panels == packPanelsPlain(second, false));
    QVERIFY(panels.front().data() == panel_memory);
    Matrix rows = packRows(first, true);
    const float* const row_memory = rows.data();
    rows = packRows(second, true, Compute::Float32, std::move(rows));
    QVERIFY(rows == second.transpose());
    QVERIFY(rows.data() == row_memory);
    // Another shape: nothing of the old one may remain.
    QVERIFY(packPanels(first.leftCols(40), true, Compute::Float32, std::move(panels)) == packPanelsPlain(first.leftCols(40), true));
    QVERIFY(packRows(first.leftCols(40), true, Compute::Float32, std::move(rows)) == packRowsPlain(first.leftCols(40), true));
}

void TestLayout::roundingToBFloat16EqualsTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    const Matrix m = randomMatrix(rows, cols, 9);
    Matrix plain = m;
    roundToBFloat16Plain(plain);
    QVERIFY(plain == m.unaryExpr([](float v) { return fromBFloat16(toBFloat16(v)); }));
    forEachTarget([&] {
        Matrix compact = m;
        roundToBFloat16(compact);
        QVERIFY(compact == plain);
        Embedded gapped(m);
        roundToBFloat16(gapped.view());
        QVERIFY(Matrix(gapped.view()) == plain);
        QVERIFY(gapped.isIntactAround());
    });
}

void TestLayout::bitsDoNotDependOnThreads() {
    const Matrix m = randomMatrix(300, 700, 10);
    QVERIFY(isSameForAnyThreadCount([&] { return packRows(m, true, Compute::BFloat16); }));
    QVERIFY(isSameForAnyThreadCount([&] { return packPanels(m, true); }));
    QVERIFY(isSameForAnyThreadCount([&] {
        Matrix square = m.leftCols(300);
        mirrorLower(square);
        return square;
    }));
}

QTEST_APPLESS_MAIN(TestLayout)
#include "tst_layout.moc"
