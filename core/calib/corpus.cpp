#include <optional>
#include <string>

#include "core/calib/samples.h"
#include "core/error.h"
#include "core/io/json_file.h"

namespace salient {

namespace {

bool isBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

/// Cuts the next line off `rest`.
std::string_view takeLine(std::string_view& rest) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return line;
}

std::string textOfLine(std::string_view line, const std::string& origin) {
    const Json value = parseJson(line, origin);
    if (!value.is_object() || !value.contains("text") || !value["text"].is_string()) {
        throw Error(ErrorCode::Format, "readCorpus: " + origin + R"(: expected an object with a string "text", found )" +
                                           (value.is_object() ? "an object without one" : value.type_name()));
    }
    return value["text"].get<std::string>();
}

bool looksLikeJsonLines(std::string_view text) {
    std::string_view first = takeLine(text);
    while (isBlank(first) && !text.empty()) first = takeLine(text);
    if (first.find_first_not_of(" \t") == std::string_view::npos || first[first.find_first_not_of(" \t")] != '{') return false;
    try {
        const Json value = parseJson(first, "first line");
        return value.is_object() && value.contains("text");
    } catch (const Error&) {
        return false;  // a plain text that begins with a brace
    }
}

}  // namespace

std::string readCorpus(const std::filesystem::path& file) {
    std::string text = readText(file);
    if (file.extension() != ".jsonl" && !looksLikeJsonLines(text)) return text;

    std::string joined;
    bool is_first = true;
    std::string_view rest = text;
    for (Index number = 1; !rest.empty(); ++number) {
        const std::string_view line = takeLine(rest);
        if (isBlank(line)) continue;
        if (!is_first) joined += "\n\n";
        is_first = false;
        joined += textOfLine(line, file.string() + ", line " + std::to_string(number));
    }
    return joined;
}

}  // namespace salient
