#include "app/gui/method_stamp.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <vector>

#include "app/gui/layer_methods.h"
#include "core/io/name_pattern.h"
#include "core/recipe/override_text.h"
#include "core/recipe/recipe.h"
#include "widgets/method_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(methodStamp)
};

QString settingText(const std::string& key, const Json& value) {
    // Expressions may hold bytes that are no UTF-8.
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace);
    return QStringLiteral("%1 %2").arg(QString::fromStdString(key), QString::fromStdString(text));
}

}  // namespace

QString methodStamp(const MethodSpec& method) {
    Json settings = toJson(method);
    std::vector<std::string> left_out{"name", "scaling", "rounding", "overrides"};
    if (method.scaling != Scaling::Awq) left_out.emplace_back("awq");
    if (method.scaling != Scaling::SmoothQuant) left_out.emplace_back("smoothquant");
    if (method.rounding != Rounding::Gptq) left_out.emplace_back("gptq");
    for (const std::string& key : left_out) settings.erase(key);
    QStringList facts;
    for (const auto& entry : settings.items()) {
        if (!entry.value().is_object()) {
            facts << settingText(entry.key(), entry.value());
            continue;
        }
        for (const auto& inner : entry.value().items()) facts << settingText(entry.key() + "." + inner.key(), inner.value());
    }
    return QStringLiteral("%1, %2 (%3)").arg(methodTitle(methodName(method)), gridText(method), facts.join(QStringLiteral(", ")));
}

QString layerStamp(const RunResult& run, const std::string& layer) {
    if (keepsLayer(run.method, layer)) return Words::tr("stays in 16 bits");
    QStringList facts;
    const auto change = std::ranges::find_if(
        run.method.overrides, [&](const LayerOverride& one) { return NamePattern(one.layers, "method: overrides").occursIn(layer); });
    if (change != run.method.overrides.end()) facts << Words::tr("override %1").arg(QString::fromStdString(toText(*change)));
    const auto report = std::ranges::find(run.layers, layer, &LayerReport::name);
    if (report != run.layers.end() && report->scale_parameter >= 0.0) {
        const bool is_awq = methodFor(run.method, layer).scaling == Scaling::Awq;
        facts << (is_awq ? Words::tr("ratio %1") : Words::tr("α %1")).arg(numberText(report->scale_parameter, 4));
    }
    return facts.join(QStringLiteral(", "));
}

}  // namespace salient
