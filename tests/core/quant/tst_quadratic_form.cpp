#include <QTest>
#include <numeric>

#include "core/kernels/parallel.h"
#include "core/kernels/quadratic_form.h"
#include "tests/core/quant/cases.h"

using namespace salient;
using namespace salient::test;

namespace {

std::vector<double> definition(const Matrix& difference, const Matrix& hessian) {
    std::vector<double> forms(static_cast<std::size_t>(difference.rows()));
    addFormsPlain(difference, hessian, forms);
    return forms;
}

std::vector<double> formsOf(const QuadraticForm& form, const Matrix& difference) {
    std::vector<double> forms(static_cast<std::size_t>(difference.rows()));
    form.addTo(difference, forms);
    return forms;
}

double sumOf(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

class TestQuadraticForm : public QObject {
    Q_OBJECT
private slots:
    void definitionIsWorkedOutByHand();
    void equalsTheDefinition_data();
    void equalsTheDefinition();
    void quickLossIsCloseWithOutliersAndCommonMean();
    void int8FormIsClose_data();
    void int8FormIsClose();
    void int8FormTakesDeadChannelsAndZeroRows();
    void addsToWhatIsThere();
    void rowsThatAreMadeOnTheWayCountAsThoseThatExist();
};

void TestQuadraticForm::definitionIsWorkedOutByHand() {
    Matrix difference(2, 2);
    difference << 1.0F, -0.5F, 0.0F, 2.0F;
    Matrix hessian(2, 2);
    hessian << 2.0F, 1.0F, 1.0F, 4.0F;
    std::vector<double> forms{0.0, 3.0};
    addFormsPlain(difference, hessian, forms);
    QCOMPARE(forms, (std::vector<double>{2.0 - 0.5 - 0.5 + 1.0, 3.0 + 16.0}));
}

// Widths on both sides of where the matrix tiles take over, and none a multiple of a strip.
void TestQuadraticForm::equalsTheDefinition_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    const int sizes[][2] = {{1, 1}, {3, 40}, {70, 530}, {1, 1030}, {100, 1100}, {257, 1024}};
    for (const auto& s : sizes) QTest::addRow("%d x %d", s[0], s[1]) << s[0] << s[1];
}

void TestQuadraticForm::equalsTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, columns);
    const Matrix hessian = hessianOf(randomActivations(columns + 50, columns, 200));
    const Matrix difference = randomMatrix(rows, columns, 201);
    const std::vector<double> expected = definition(difference, hessian);
    const std::vector<double> forms = formsOf(QuadraticForm(hessian), difference);
    for (std::size_t row = 0; row < forms.size(); ++row) QVERIFY(std::abs(forms[row] - expected[row]) <= 2e-6 * expected[row]);
}

void TestQuadraticForm::quickLossIsCloseWithOutliersAndCommonMean() {
    Matrix x = randomActivations(1500, 1100, 202);
    x.col(7) *= 100.0F;
    x.rowwise() += 2.0F * randomMatrix(1, 1100, 203).row(0);
    const Matrix hessian = hessianOf(x);
    const Matrix difference = 0.01F * randomMatrix(300, 1100, 204);
    const double expected = sumOf(definition(difference, hessian));
    const double quick = sumOf(formsOf(QuadraticForm(hessian, FormPrecision::Quick), difference));
    QVERIFY2(std::abs(quick - expected) <= 5e-4 * expected, qPrintable(QString::number(quick / expected - 1.0)));
}

// The bounds stand in Int8Form's description.
void TestQuadraticForm::int8FormIsClose_data() {
    QTest::addColumn<float>("mean");
    QTest::addColumn<int>("directions");
    QTest::addColumn<double>("bound");
    QTest::addRow("independent channels") << 0.0F << 0 << 1e-4;
    QTest::addRow("common mean") << 2.0F << 0 << 1e-4;
    QTest::addRow("many strong directions") << 0.0F << 64 << 5e-4;
}

void TestQuadraticForm::int8FormIsClose() {
    QFETCH(float, mean);
    QFETCH(int, directions);
    QFETCH(double, bound);
    Matrix x = randomMatrix(800, 1024, 210);
    if (directions > 0) x += randomMatrix(800, directions, 211) * randomMatrix(directions, 1024, 212);
    x.rowwise() += mean * randomMatrix(1, 1024, 213).row(0);
    for (Index j = 5; j < 1024; j += 100) x.col(j) *= 30.0F;
    const Matrix hessian = hessianOf(x);
    Matrix difference = 0.01F * randomMatrix(512, 1024, 214);
    const double expected = sumOf(definition(difference, hessian));
    std::vector<double> forms(512);
    Int8Form(hessian).addTo(difference, forms);
    QVERIFY2(std::abs(sumOf(forms) / expected - 1.0) <= bound, qPrintable(QString::number(sumOf(forms) / expected - 1.0)));
}

void TestQuadraticForm::int8FormTakesDeadChannelsAndZeroRows() {
    Matrix x = randomActivations(90, 40, 215);
    x.col(3).setZero();
    x.col(39).setZero();
    const Matrix hessian = hessianOf(x);
    Matrix difference = randomMatrix(3, 40, 216);
    difference.row(1).setZero();
    const std::vector<double> expected = definition(difference, hessian);
    std::vector<double> forms(3);
    Int8Form(hessian).addTo(difference, forms);
    QCOMPARE(forms[1], 0.0);
    for (const std::size_t row : {0U, 2U}) QVERIFY(std::abs(forms[row] / expected[row] - 1.0) <= 0.02);
    std::vector<double> none(1);
    Matrix one = Matrix::Constant(1, 1, 3.0F);
    Int8Form(Matrix::Zero(1, 1)).addTo(one, none);
    QCOMPARE(none[0], 0.0);
}

void TestQuadraticForm::addsToWhatIsThere() {
    for (const Index columns : {20, 1050}) {
        const Matrix hessian = hessianOf(randomActivations(60, columns, 205));
        const Matrix difference = randomMatrix(2, columns, 206);
        const QuadraticForm form(hessian);
        std::vector<double> twice = formsOf(form, difference);
        const std::vector<double> once = twice;
        form.addTo(difference, twice);
        for (std::size_t row = 0; row < twice.size(); ++row) QVERIFY(std::abs(twice[row] - 2.0 * once[row]) <= 1e-12 * twice[row]);
    }
}

void TestQuadraticForm::rowsThatAreMadeOnTheWayCountAsThoseThatExist() {
    for (const Index columns : {30, 1030}) {
        const Matrix hessian = hessianOf(randomActivations(90, columns, 207));
        const Matrix difference = randomMatrix(77, columns, 208);
        const QuadraticForm form(hessian);
        std::vector<double> made(77);
        form.addTo(
            77, [&](Index first, MatrixSpan rows) { rows = difference.middleRows(first, rows.rows()); }, made);
        QVERIFY(made == formsOf(form, difference));
    }
}

QTEST_APPLESS_MAIN(TestQuadraticForm)
#include "tst_quadratic_form.moc"
