#include "app/cli/text_format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace salient::cli {

namespace {

std::string scaled(double value, const char* unit) {
    constexpr std::array<const char*, 5> kPrefixes = {"", "k", "M", "G", "T"};
    std::size_t prefix = 0;
    while (std::abs(value) >= 999.5 && prefix + 1 < kPrefixes.size()) {
        value /= 1000.0;
        ++prefix;
    }
    std::string text = significant(value, 3);
    const std::string suffix = std::string(kPrefixes[prefix]) + unit;
    return suffix.empty() ? text : text + " " + suffix;
}

/// Characters on screen, so that a token's text does not shift its row: code points, near enough.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string byteSize(std::int64_t bytes) { return scaled(static_cast<double>(bytes), "B"); }
std::string compactNumber(double value) { return scaled(value, ""); }

std::string significant(double value, int digits) {
    if (!std::isfinite(value)) return std::isnan(value) ? "nan" : (value > 0 ? "inf" : "-inf");
    if (value == 0.0) return "0";
    // The exponent after rounding to so many digits: 0.9999 with three digits is 1.00.
    char scientific[64];
    std::snprintf(scientific, sizeof scientific, "%.*e", digits - 1, value);
    const int magnitude = std::atoi(std::strchr(scientific, 'e') + 1);
    char text[64];
    if (magnitude < -5 || magnitude > 9) {
        std::snprintf(text, sizeof text, "%.*e", digits - 1, value);
    } else {
        std::snprintf(text, sizeof text, "%.*f", std::max(0, digits - 1 - magnitude), value);
    }
    return text;
}

std::string percentage(double fraction, int digits) { return significant(100.0 * fraction, digits) + " %"; }

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {
    for (Column& column : columns_) column.title = onOneLine(column.title);
}

void TextTable::addRow(std::vector<std::string> cells) {
    for (std::string& cell : cells) cell = onOneLine(cell);
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
    std::vector<std::size_t> widths;
    for (const Column& column : columns_) widths.push_back(width(column.title));
    for (const auto& row : rows_) {
        for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
    }
    std::string text;
    const auto append = [&](const auto& cellOf) {
        std::string line;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const std::string& cell = cellOf(c);
            const std::string padding(widths[c] - width(cell), ' ');
            if (c > 0) line += "  ";
            line += columns_[c].align == Align::Left ? cell + padding : padding + cell;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    append([&](std::size_t c) -> const std::string& { return columns_[c].title; });
    for (const auto& row : rows_) append([&](std::size_t c) -> const std::string& { return row[c]; });
    return text;
}

}  // namespace salient::cli
