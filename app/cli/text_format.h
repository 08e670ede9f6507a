#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace salient::cli {

/// 7348696 → "7.35 MB" (powers of ten).
[[nodiscard]] std::string byteSize(std::int64_t bytes);
/// 1234567 → "1.23 M"
[[nodiscard]] std::string compactNumber(double value);
/// With so many significant digits, and never in a longer form than needed: 0.000123, 1.986.
[[nodiscard]] std::string significant(double value, int digits = 4);
/// 0.01234 → "1.234 %"
[[nodiscard]] std::string percentage(double fraction, int digits = 4);

/// Columns of text, aligned; numbers to the right. Control characters in titles and cells come out as \xNN: a row is one line.
class TextTable {
public:
    enum class Align { Left, Right };
    struct Column {
        std::string title;
        Align align = Align::Right;
    };
    explicit TextTable(std::vector<Column> columns);
    void addRow(std::vector<std::string> cells);
    /// The table with its titles, each line ending in a newline and without trailing blanks.
    [[nodiscard]] std::string text() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace salient::cli
