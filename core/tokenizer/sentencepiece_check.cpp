#include "core/tokenizer/sentencepiece_check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/tokenizer/charsmap.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

constexpr const char* kExpected = ": expected a SentencePiece model";
constexpr std::size_t kMostSelfTestBytes = std::size_t{1} << 20U;  // the library encodes these texts while it loads
constexpr std::size_t kMostBeginnings = 64;  // the library's room for the user-defined pieces that one text begins with

// Numbers of the fields in sentencepiece_model.proto.
constexpr std::uint64_t kPieces = 1;
constexpr std::uint64_t kNormalizer = 3;
constexpr std::uint64_t kSelfTest = 4;
constexpr std::uint64_t kDenormalizer = 5;
constexpr std::uint64_t kPieceText = 1;
constexpr std::uint64_t kPieceScore = 2;
constexpr std::uint64_t kPieceType = 3;
constexpr std::uint64_t kCharsmap = 2;

constexpr int kUserDefined = 4;

enum class Wire : unsigned { Varint = 0, Eight = 1, Bytes = 2, Four = 5 };

struct Field {
    std::uint64_t number = 0;
    Wire wire = Wire::Varint;
    std::uint64_t value = 0;  ///< of a varint
    std::string_view bytes;
};

class Check {
public:
    explicit Check(std::string_view origin) : origin_(origin) {}

    void model(std::string_view bytes) const {
        std::size_t n_pieces = 0;
        std::size_t n_self_test_bytes = 0;
        std::vector<std::string_view> user_defined;
        while (!bytes.empty()) {
            const Field field = next(bytes);
            if (field.wire != Wire::Bytes) continue;
            if (field.number == kPieces) piece(field.bytes, n_pieces++, user_defined);
            if (field.number == kNormalizer || field.number == kDenormalizer) normalizer(field.bytes);
            if (field.number == kSelfTest) n_self_test_bytes += field.bytes.size();
        }
        if (n_pieces > static_cast<std::size_t>(tokenizer_limits::kMaxId)) fail("expected a vocabulary, found too many pieces");
        if (n_self_test_bytes > kMostSelfTestBytes) fail("expected at most 1 MiB of self-test data");
        beginnings(std::move(user_defined));
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(ErrorCode::Format, "openTokenizer: " + std::string(origin_) + kExpected + ": " + reason);
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
        Field field{tag >> 3U, static_cast<Wire>(tag & 7U), 0, {}};
        std::uint64_t length = 0;
        switch (field.wire) {
            case Wire::Varint:
                field.value = varint(bytes);
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

    void piece(std::string_view bytes, std::size_t id, std::vector<std::string_view>& user_defined) const {
        const std::string place = "piece " + std::to_string(id) + ": ";
        std::string_view text;
        bool is_user_defined = false;
        while (!bytes.empty()) {
            const Field field = next(bytes);
            if (field.number == kPieceText && field.wire == Wire::Bytes) text = field.bytes;
            if (field.number == kPieceType && field.wire == Wire::Varint && static_cast<int>(field.value) == kUserDefined)
                is_user_defined = true;
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
        if (is_user_defined) user_defined.push_back(text);
    }

    /// Of user-defined pieces, each of which may begin others.
    void beginnings(std::vector<std::string_view> texts) const {
        std::ranges::sort(texts);
        std::vector<std::string_view> open;  // each begins the next
        for (const std::string_view text : texts) {
            while (!open.empty() && !text.starts_with(open.back())) open.pop_back();
            open.push_back(text);
            if (open.size() > kMostBeginnings) fail("expected at most 64 user-defined pieces that one text begins with");
        }
    }

    void normalizer(std::string_view bytes) const {
        while (!bytes.empty()) {
            const Field field = next(bytes);
            if (field.number == kCharsmap && field.wire == Wire::Bytes && !field.bytes.empty()) {
                static_cast<void>(Charsmap(field.bytes, std::string(origin_) + kExpected + ": normalizer"));
            }
        }
    }

    std::string_view origin_;
};

}  // namespace

void checkSentencePieceModel(std::string_view model, std::string_view origin) { Check(origin).model(model); }

}  // namespace salient
