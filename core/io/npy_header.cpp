#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/error.h"
#include "core/io/npz.h"

namespace salient {
namespace {

constexpr std::size_t kMostExtents = 8;

/// Reads the one Python literal that a header may be: a dict of a string, a boolean and a tuple of integers.
class LiteralReader {
public:
    LiteralReader(std::string_view text, const std::string& origin) : rest_(text), origin_(origin) {}

    void read(NpyHeader& header) {
        expect('{');
        bool has_descr = false;
        bool has_order = false;
        bool has_shape = false;
        while (!take('}')) {
            const std::string key = string("a key");
            expect(':');
            bool& seen = key == "descr" ? has_descr : key == "fortran_order" ? has_order : has_shape;
            if (key != "descr" && key != "fortran_order" && key != "shape") {
                fail("header: expected the keys descr, fortran_order and shape, found '" + key + "'");
            }
            if (std::exchange(seen, true)) fail("header: expected the key '" + key + "' once, found it twice");
            if (key == "descr") {
                header.descr = descr();
            } else if (key == "fortran_order") {
                header.is_fortran = boolean();
            } else {
                header.shape = shape();
            }
            if (!take(',')) {
                expect('}');
                break;
            }
        }
        skipSpace();
        if (!rest_.empty()) fail("header: expected nothing behind the closing brace");
        if (!has_descr || !has_order || !has_shape) fail("header: expected the keys descr, fortran_order and shape, found fewer");
    }

private:
    [[noreturn]] void fail(const std::string& reason, ErrorCode code = ErrorCode::Format) const {
        throw Error(code, origin_ + ": " + reason);
    }

    void skipSpace() {
        const std::size_t first = rest_.find_first_not_of(" \t\r\n");
        rest_.remove_prefix(std::min(first, rest_.size()));
    }

    bool take(char wanted) {
        skipSpace();
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool takeWord(std::string_view word) {
        skipSpace();
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    void expect(char wanted) {
        if (take(wanted)) return;
        fail(std::string("header: expected '") + wanted + "', found " +
             (rest_.empty() ? std::string("its end") : std::string("'") + rest_.front() + "'"));
    }

    std::string string(const char* what) {
        skipSpace();
        const char quote = rest_.empty() ? '\0' : rest_.front();
        if (quote != '\'' && quote != '"') fail(std::string("header: expected ") + what + " in quotes");
        const std::size_t end = rest_.find(quote, 1);
        if (end == std::string_view::npos) fail("header: expected a closing quote, found its end");
        const std::string_view text = rest_.substr(1, end - 1);
        if (text.find('\\') != std::string_view::npos) fail("header: expected no backslash");
        rest_.remove_prefix(end + 1);
        return std::string(text);
    }

    std::string descr() {
        skipSpace();
        if (rest_.starts_with('[')) fail("descr: expected one type for all elements, found a record of fields", ErrorCode::Unsupported);
        return string("a type");
    }

    bool boolean() {
        if (takeWord("True")) return true;
        if (takeWord("False")) return false;
        fail("fortran_order: expected True or False");
    }

    std::vector<std::int64_t> shape() {
        std::vector<std::int64_t> extents;
        expect('(');
        while (!take(')')) {
            skipSpace();
            std::int64_t extent = 0;
            const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
            if (error != std::errc() || extent < 0) fail("shape: expected integers from 0 up");
            rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
            extents.push_back(extent);
            if (extents.size() > kMostExtents) fail("shape: expected at most " + std::to_string(kMostExtents) + " extents, found more");
            if (!take(',')) {
                expect(')');
                break;
            }
        }
        return extents;
    }

    std::string_view rest_;
    const std::string& origin_;
};

std::optional<DType> dtypeOf(const std::string& descr) {
    if (descr == "<f2") return DType::F16;
    if (descr == "<f4") return DType::F32;
    if (descr == "<f8") return DType::F64;
    return std::nullopt;
}

}  // namespace

std::int64_t NpyHeader::elementCount() const noexcept {
    std::int64_t n = 1;
    for (const std::int64_t extent : shape) n *= extent;
    return n;
}

NpyHeader parseNpyHeader(std::string_view start, const std::string& origin) {
    const auto fail = [&](const std::string& reason, ErrorCode code = ErrorCode::Format) { throw Error(code, origin + ": " + reason); };
    constexpr std::string_view kMagic = "\x93NUMPY";
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(start[i])); };
    if (start.size() < kMagic.size() + 4 || !start.starts_with(kMagic)) fail("expected an array of NumPy's .npy format, found none");
    const std::size_t version = byte(6);
    if (version < 1 || version > 3) fail("expected version 1, 2 or 3, found " + std::to_string(version), ErrorCode::Unsupported);
    const std::size_t first = version == 1 ? 10 : 12;
    std::size_t length = byte(8) | byte(9) << 8U;
    if (version > 1) {
        if (start.size() < first) fail("expected the length of its header, found the end");
        length |= byte(10) << 16U | byte(11) << 24U;
    }
    if (length > kMostNpyHeaderBytes - first) {
        fail("header: expected at most " + std::to_string(kMostNpyHeaderBytes - first) + " bytes, found " + std::to_string(length));
    }
    if (length > start.size() - first) {
        fail("header: " + std::to_string(length) + " bytes declared, " + std::to_string(start.size() - first) + " left");
    }
    NpyHeader header;
    LiteralReader(start.substr(first, length), origin).read(header);
    header.header_bytes = static_cast<std::int64_t>(first + length);
    header.dtype = dtypeOf(header.descr);
    if (header.shape.size() < 2) header.is_fortran = false;  // then both orders are one
    if (header.descr.find('O') != std::string::npos) {
        fail(
            "expected numbers, found Python objects, which are a pickle and can run code when they are read; save arrays of floats "
            "instead: numpy.savez(FILE, **{name: numpy.asarray(x, dtype=numpy.float32)})",
            ErrorCode::Unsupported);
    }
    // A zero extent makes the product zero whatever the others are; these must still multiply without overflow.
    std::int64_t n_bytes = static_cast<std::int64_t>(header.dtype ? sizeBytes(*header.dtype) : 1);
    for (const std::int64_t extent : header.shape) {
        if (extent != 0 && __builtin_mul_overflow(n_bytes, extent, &n_bytes)) fail("shape: too large to count its bytes");
    }
    return header;
}

}  // namespace salient
