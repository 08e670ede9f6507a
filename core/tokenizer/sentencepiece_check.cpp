#include "core/tokenizer/sentencepiece_check.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

constexpr std::size_t kLongestReplacement = 256;                   // a character's compatibility form has at most 54 bytes
constexpr std::size_t kMostSelfTestBytes = std::size_t{1} << 20U;  // the library encodes these texts while it loads

// Numbers of the fields in sentencepiece_model.proto.
constexpr std::uint64_t kPieces = 1;
constexpr std::uint64_t kNormalizer = 3;
constexpr std::uint64_t kSelfTest = 4;
constexpr std::uint64_t kDenormalizer = 5;
constexpr std::uint64_t kPieceText = 1;
constexpr std::uint64_t kPieceScore = 2;
constexpr std::uint64_t kCharsmap = 2;

enum class Wire : unsigned { Varint = 0, Eight = 1, Bytes = 2, Four = 5 };

struct Field {
    std::uint64_t number = 0;
    Wire wire = Wire::Varint;
    std::string_view bytes;  ///< empty for a varint, whose value nobody here asks for
};

class Check {
public:
    explicit Check(std::string_view origin) : origin_(origin) {}

    void model(std::string_view bytes) const {
        std::size_t n_pieces = 0;
        std::size_t n_self_test_bytes = 0;
        while (!bytes.empty()) {
            const Field field = next(bytes);
            if (field.wire != Wire::Bytes) continue;
            if (field.number == kPieces) piece(field.bytes, n_pieces++);
            if (field.number == kNormalizer || field.number == kDenormalizer) normalizer(field.bytes);
            if (field.number == kSelfTest) n_self_test_bytes += field.bytes.size();
        }
        if (n_pieces > static_cast<std::size_t>(tokenizer_limits::kMaxId)) fail("expected a vocabulary, found too many pieces");
        if (n_self_test_bytes > kMostSelfTestBytes) fail("expected at most 1 MiB of self-test data");
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(ErrorCode::Format, "openTokenizer: " + std::string(origin_) + ": expected a SentencePiece model: " + reason);
    }

    std::uint64_t varint(std::string_view& bytes) const {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (bytes.empty()) fail("ends inside a number");
            const auto byte = static_cast<unsigned char>(bytes.front());
            bytes.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) return value;
        }
        fail("a number of more than 64 bits");
    }

    Field next(std::string_view& bytes) const {
        const std::uint64_t tag = varint(bytes);
        Field field{tag >> 3U, static_cast<Wire>(tag & 7U), {}};
        std::uint64_t length = 0;
        switch (field.wire) {
            case Wire::Varint:
                static_cast<void>(varint(bytes));
                return field;
            case Wire::Eight:
                length = 8;
                break;
            case Wire::Four:
                length = 4;
                break;
            case Wire::Bytes:
                length = varint(bytes);
                break;
            default:
                fail("an unknown kind of field");
        }
        if (length > bytes.size()) {
            fail("field " + std::to_string(field.number) + ": expected " + std::to_string(length) + " bytes, found " +
                 std::to_string(bytes.size()));
        }
        field.bytes = bytes.substr(0, length);
        bytes.remove_prefix(length);
        return field;
    }

    void piece(std::string_view bytes, std::size_t id) const {
        const std::string place = "piece " + std::to_string(id) + ": ";
        std::string_view text;
        while (!bytes.empty()) {
            const Field field = next(bytes);
            if (field.number == kPieceText && field.wire == Wire::Bytes) text = field.bytes;
            if (field.number == kPieceScore && field.wire == Wire::Four) {
                float score = 0.0F;
                std::memcpy(&score, field.bytes.data(), sizeof score);
                if (!std::isfinite(score)) fail(place + "score: expected a finite number");
            }
        }
        if (text.empty()) fail(place + "expected a text, found none");
        if (text.size() > tokenizer_limits::kMaxAddedTokenBytes)
            fail(place + "expected a word, found " + std::to_string(text.size()) + " bytes");
        if (text.find('\0') != std::string_view::npos || !unicode::isValid(text)) fail(place + "expected UTF-8 without NUL");
    }

    void normalizer(std::string_view bytes) const {
        while (!bytes.empty()) {
            const Field field = next(bytes);
            if (field.number == kCharsmap && field.wire == Wire::Bytes && !field.bytes.empty()) charsmap(field.bytes);
        }
    }

    /// u32 n; n bytes of a double-array trie; the replacements, each ended by a NUL. A unit of the trie: bit 8, a leaf hangs here;
    /// bits 10 to 31, the offset (times 256 when bit 9 is set) that is XORed with the unit's own place to get that of its children;
    /// bits 0 to 7 and 31, the label by which a child is recognized. A leaf's value is the place of its replacement.
    void charsmap(std::string_view blob) const {
        std::uint32_t n_bytes = 0;
        if (blob.size() < sizeof n_bytes) fail("normalizer: expected a table, found " + std::to_string(blob.size()) + " bytes");
        std::memcpy(&n_bytes, blob.data(), sizeof n_bytes);
        blob.remove_prefix(sizeof n_bytes);
        if (n_bytes >= blob.size() || n_bytes == 0 || n_bytes % sizeof(std::uint32_t) != 0) {
            fail("normalizer: expected whole units and replacements, found " + std::to_string(n_bytes) + " of " +
                 std::to_string(blob.size()) + " bytes");
        }
        std::vector<std::uint32_t> units(n_bytes / sizeof(std::uint32_t));
        std::memcpy(units.data(), blob.data(), n_bytes);
        const std::string_view texts = blob.substr(n_bytes);
        if (texts.back() != '\0' || !unicode::isValid(texts)) fail("normalizer: expected replacements in UTF-8, each ended by a NUL");
        follow(units, texts);
    }

    void follow(const std::vector<std::uint32_t>& units, std::string_view texts) const {
        std::vector<bool> seen(units.size());
        std::vector<std::size_t> open{0};
        seen[0] = true;
        while (!open.empty()) {
            const std::size_t at = open.back();
            open.pop_back();
            const std::uint32_t unit = units[at];
            const std::size_t children = at ^ (static_cast<std::size_t>(unit >> 10U) << ((unit & (1U << 9U)) >> 6U));
            // The library looks at the child for whatever byte comes next before it knows that there is one.
            if ((children | 0xFFU) >= units.size()) fail("normalizer: unit " + std::to_string(at) + " leads out of the table");
            if ((unit >> 8U & 1U) != 0) replacement(texts, units[children] & 0x7FFFFFFFU);
            for (std::size_t byte = 0; byte < 256; ++byte) {
                const std::size_t child = children ^ byte;
                if ((units[child] & 0x800000FFU) != byte || seen[child]) continue;
                seen[child] = true;
                open.push_back(child);
            }
        }
    }

    void replacement(std::string_view texts, std::size_t begin) const {
        // A character's first byte, or the NUL of an empty replacement: neither has the two bits 10.
        if (begin >= texts.size() || (static_cast<unsigned char>(texts[begin]) & 0xC0U) == 0x80U) {
            fail("normalizer: a replacement outside the replacements");
        }
        if (texts.find('\0', begin) - begin > kLongestReplacement) fail("normalizer: a replacement too long for one character");
    }

    std::string_view origin_;
};

}  // namespace

void checkSentencePieceModel(std::string_view model, std::string_view origin) { Check(origin).model(model); }

}  // namespace salient
