// Every option that says how a model is quantized, calibrated or measured: the value given on the command line is the one that the report
// states. An option without a row here fails.

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>
#include <QRegularExpression>
#include <QRegularExpressionMatch>
#include <QSet>
#include <QStringList>
#include <QTest>
#include <map>
#include <vector>

#include "tests/app/cli/run_program.h"
#include "tests/support/places.h"

using salient::test::Outcome;
using salient::test::run;

namespace {

const QString kDemo = QString::fromStdString((salient::test::resourceFolder() / "demo").string());
const QString kModel = kDemo + "/model";
const QString kCalib = kDemo + "/calib.txt";
const QString kEval = kDemo + "/eval.txt";

// Where the reports hold a method's settings.
const QString kCompared = QStringLiteral("methods/0/settings/");
const QString kCalibrated = QStringLiteral("protocol/settings/");

struct Row {
    QString option;
    QString value;       ///< empty: a switch
    QString method;      ///< one that has a use for the option
    QString place;       ///< of the setting in the report, keys and numbers separated by slashes
    QJsonValue setting;  ///< what the option means there
};

const std::vector<Row>& rows() {
    static const std::vector<Row> all = {
        {"--bits", "3", "gptq", kCompared + "grid/bits", 3},
        {"--group-size", "64", "gptq", kCompared + "grid/group_size", 64},
        {"--symmetric", "", "gptq", kCompared + "grid/symmetric", true},
        // Methods that are compared are asymmetric already; alone, gptq is not.
        {"--asymmetric", "", "gptq", kCalibrated + "grid/symmetric", false},
        {"--mse", "", "rtn", kCompared + "grid/mse_search", true},
        {"--weight-scale", "tensor", "w8a8", kCompared + "grid/per_tensor", true},
        {"--weight-scale", "row", "gptq", kCompared + "grid/group_size", -1},
        {"--act-order", "", "gptq", kCompared + "gptq/act_order", true},
        {"--static-groups", "", "gptq", kCompared + "gptq/static_groups", true},
        {"--damping", "0.03", "gptq", kCompared + "gptq/damping", 0.03},
        {"--damping-tries", "2", "gptq", kCompared + "gptq/max_damping_tries", 2},
        {"--block-size", "32", "gptq", kCompared + "gptq/block_size", 32},
        {"--group-parameters", "fresh", "gptq", kCompared + "gptq/group_parameters", "fresh"},
        {"--ratio", "0.3", "awq", kCompared + "awq/fixed_ratio", 0.3},
        {"--ratios", "3", "awq", kCompared + "awq/n_grid", 3},
        {"--duo", "", "awq", kCompared + "awq/duo", true},
        {"--no-scale", "", "awq", kCompared + "awq/search_scale", false},
        {"--no-clip", "", "awq", kCompared + "awq/search_clip", false},
        {"--clip", "0.9", "awq", kCompared + "awq/fixed_clip", 0.9},
        {"--clip-levels", "3", "awq", kCompared + "awq/n_clip_levels", 3},
        {"--clip-layers", "published", "awq", kCompared + "awq/clip_layers", "published"},
        {"--separate-loss", "", "awq", kCompared + "awq/joint_loss", false},
        {"--alpha", "0.7", "smoothquant", kCompared + "smoothquant/alpha", 0.7},
        {"--alpha-search", "", "smoothquant", kCompared + "smoothquant/search_alpha", true},
        {"--activation-only", "", "smoothquant", kCompared + "smoothquant/activation_only", true},
        {"--activation-scale", "tensor", "w8a8", kCompared + "activations", "tensor"},
        {"--true-sequential", "", "gptq", kCompared + "true_sequential", true},
        {"--feed", "quantized", "gptq", kCompared + "feed", "quantized"},
        {"--norms-only", "", "awq", kCompared + "fold_into_linears", false},
        {"--keep", "mlp", "rtn", kCompared + "keep/0", "mlp"},
        {"--override", "down_proj$:bits=8", "rtn", kCompared + "overrides/0/bits", 8},
        {"--compute", "bfloat16", "rtn", "recipe/compute", "bfloat16"},
        {"--text", kEval, "rtn", "recipe/calibration/text", kEval},
        {"--n-samples", "2", "rtn", "recipe/calibration/n_samples", 2},
        {"--seq-len", "48", "rtn", "recipe/calibration/seq_len", 48},
        {"--windows", "stream", "rtn", "recipe/calibration/windows", "stream"},
        {"--eval-text", kCalib, "rtn", "recipe/evaluation/text", kCalib},
        {"--protocol", "bos-windows", "rtn", "recipe/evaluation/protocol", "bos-windows"},
        {"--eval-seq-len", "48", "rtn", "recipe/evaluation/seq_len", 48},
        {"--max-chars", "5000", "rtn", "recipe/evaluation/max_chars", 5000},
        {"--n-windows", "2", "rtn", "recipe/evaluation/n_windows", 2},
        {"--max-memory", "4G", "rtn", "recipe/max_memory_bytes", qint64{4} << 30},
    };
    return all;
}

/// Options that say what is compared, or where files go: other tests are about them.
const QSet<QString> kOthers = {"--help", "--methods", "--inputs", "--report", "--resume", "--unfinished"};

QSet<QString> optionsIn(const QByteArray& help) {
    // Descriptions go on far to the right of where options begin.
    static const QRegularExpression kOption(QStringLiteral("^ {2,10}(?:-\\w,)?(--[a-z0-9-]+)"), QRegularExpression::MultilineOption);
    QSet<QString> options;
    auto found = kOption.globalMatch(QString::fromUtf8(help));
    while (found.hasNext()) options.insert(found.next().captured(1));
    return options;
}

/// Undefined where there is no such place.
QJsonValue valueAt(const QJsonObject& document, const QString& place) {
    QJsonValue value = document;
    for (const QString& key : place.split('/')) {
        bool is_index = false;
        const int index = key.toInt(&is_index);
        value = is_index ? value.toArray().at(index) : value.toObject().value(key);
    }
    return value;
}

/// The shortest run of the method that reports its settings; `option` empty: without one.
Outcome runWith(const QString& option, const QString& value, const QString& method, bool is_compared) {
    QStringList arguments = is_compared ? QStringList{"compare", kModel, "--methods", method, "--json", "-q"}
                                        : QStringList{"calibration", kModel, "--against", kEval, "--method", method, "--json", "-q"};
    // One block is enough.
    std::map<QString, QString> usual = {{"--keep", "layers\\.[1-9]"}, {"--text", kCalib}, {"--n-samples", "1"}, {"--seq-len", "32"}};
    if (is_compared) usual.insert({{"--eval-text", kEval}, {"--n-windows", "1"}, {"--eval-seq-len", "32"}});
    usual.erase(option);
    for (const auto& [name, given] : usual) arguments << name << given;
    if (!option.isEmpty()) arguments << option;
    if (!value.isEmpty()) arguments << value;
    return run(arguments);
}

}  // namespace

class TestCliOptions : public QObject {
    Q_OBJECT

private slots:
    void everyOptionHasARow() {
        QSet<QString> tested = kOthers;
        for (const Row& row : rows()) tested.insert(row.option);
        const QSet<QString> offered = optionsIn(run({"compare", "--help"}).out);
        QVERIFY(offered.contains("--bits") && offered.contains("--help"));
        QVERIFY2((offered - tested).isEmpty(), qPrintable("without a row: " + QStringList((offered - tested).values()).join(", ")));
        QVERIFY2((tested - offered).isEmpty(), qPrintable("not offered: " + QStringList((tested - offered).values()).join(", ")));
        // The same options, but for the methods' names.
        const QSet<QString> alone = optionsIn(run({"quantize", "--help"}).out) + QSet<QString>{"--methods", "--unfinished"};
        QVERIFY2((offered - alone).isEmpty(), qPrintable("not of quantize: " + QStringList((offered - alone).values()).join(", ")));
    }

    void anOptionReachesItsSetting_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < rows().size(); ++i)
            QTest::newRow(qPrintable(QString(rows()[i].option + " " + rows()[i].value.section('/', -1)))) << static_cast<int>(i);
    }
    void anOptionReachesItsSetting() {
        QFETCH(int, index);
        const Row& row = rows()[static_cast<std::size_t>(index)];
        const bool is_compared = !row.place.startsWith(kCalibrated);
        // Without the option it is another, or the row would prove nothing.
        QJsonObject& without = without_[row.method + (is_compared ? "" : " alone")];
        if (without.isEmpty()) without = runWith({}, {}, row.method, is_compared).json();
        QVERIFY2(!without.isEmpty(), qPrintable(row.method));
        QVERIFY(valueAt(without, row.place) != row.setting);

        const Outcome outcome = runWith(row.option, row.value, row.method, is_compared);
        QVERIFY2(outcome.status == 0, outcome.err);
        const QJsonValue found = valueAt(outcome.json(), row.place);
        QVERIFY2(found == row.setting, qPrintable(row.place + ": " + found.toVariant().toString()));
    }

private:
    std::map<QString, QJsonObject> without_;  // reports, by method and command
};

QTEST_GUILESS_MAIN(TestCliOptions)
#include "tst_cli_options.moc"
