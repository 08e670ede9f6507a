#include "core/recipe/override_text.h"

#include <algorithm>
#include <charconv>
#include <type_traits>

#include "core/error.h"
#include "core/recipe/number_text.h"

namespace salient {

namespace {

[[noreturn]] void refuse(const std::string& expected, const std::string& found) {
    throw Error(ErrorCode::InvalidOption, "--override: expected " + expected + ", found '" + found + "'");
}

template <typename Number>
Number number(const std::string& key, const std::string& value) {
    Number result{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
    if (error != std::errc() || end != value.data() + value.size())
        refuse((std::is_integral_v<Number> ? "a whole number for " : "a number for ") + key, value);
    return result;
}

void applySetting(const std::string& setting, LayerOverride& change) {
    const std::size_t equals = setting.find('=');
    const std::string key = setting.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : setting.substr(equals + 1);
    if (key == "bits") {
        change.bits = number<int>(key, value);
    } else if (key == "group_size") {
        change.group_size = number<Index>(key, value);
    } else if (key == "alpha") {
        change.alpha = number<double>(key, value);
    } else if (key == "ratio") {
        change.ratio = number<double>(key, value);
    } else if (key == "clip") {
        change.clip = number<double>(key, value);
    } else if (key == "method") {
        change.method = value;
    } else {
        refuse("bits=…, group_size=…, alpha=…, ratio=…, clip=… or method=…", setting);
    }
}

}  // namespace

LayerOverride overrideFromText(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) refuse("EXPRESSION:bits=…,group_size=…,method=…,alpha=…,ratio=…,clip=…", text);
    LayerOverride change;
    change.layers = text.substr(0, colon);
    std::size_t begin = colon + 1;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        applySetting(text.substr(begin, end - begin), change);
        begin = end + 1;
    }
    change.validate();
    return change;
}

std::string toText(const LayerOverride& change) {
    std::string settings;
    const auto add = [&](const std::string& setting) { settings += (settings.empty() ? "" : ",") + setting; };
    if (change.method) add("method=" + *change.method);
    if (change.bits) add("bits=" + std::to_string(*change.bits));
    if (change.group_size) add("group_size=" + std::to_string(*change.group_size));
    if (change.alpha) add("alpha=" + shortest(*change.alpha));
    if (change.ratio) add("ratio=" + shortest(*change.ratio));
    if (change.clip) add("clip=" + shortest(*change.clip));
    return change.layers + ":" + settings;
}

}  // namespace salient
