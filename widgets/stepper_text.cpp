#include "widgets/stepper_text.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>

#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr std::size_t kEntries = 3;  // of a row written out before the dots

QString bracketed(const std::vector<double>& values) {
    QStringList shown;
    for (std::size_t i = 0; i < std::min(values.size(), kEntries); ++i) shown << numberText(values[i], 3);
    if (values.size() > kEntries) shown << QStringLiteral("…");
    return QStringLiteral("(%1)").arg(shown.join(QStringLiteral(",&nbsp; ")));
}

QString signedTerm(double value) {
    const QString text = numberText(value, 4);
    return value < 0.0 ? QStringLiteral("(%1)").arg(text) : text;
}

}  // namespace

QString stepEquation(const StepNumbers& numbers) {
    const double diagonal = numbers.inverse_row.empty() ? 0.0 : static_cast<double>(numbers.inverse_row.front());
    const std::vector<double> row(numbers.inverse_row.begin(), numbers.inverse_row.end());
    std::vector<double> delta(row.size(), 0.0);
    if (diagonal != 0.0) {
        const double error = (numbers.weight - numbers.rounded) / diagonal;
        std::transform(row.begin(), row.end(), delta.begin(), [error](double u) { return -error * u; });
    }
    return QStringLiteral(
               "<table cellspacing='0' cellpadding='1'>"
               "<tr><td><i>δ</i></td><td>&nbsp;=&nbsp;</td><td>−(<i>w</i> − <i>ŵ</i>) / <i>U<sub>qq</sub></i> · <i>U</i>[<i>q</i>, "
               "<i>q</i>:]</td></tr>"
               "<tr><td></td><td>&nbsp;=&nbsp;</td><td>−(%1 − %2) / %3 · %4</td></tr>"
               "<tr><td></td><td>&nbsp;=&nbsp;</td><td><b>%5</b></td></tr></table>")
        .arg(signedTerm(numbers.weight), signedTerm(numbers.rounded), numberText(diagonal, 4), bracketed(row), bracketed(delta));
}

}  // namespace salient
