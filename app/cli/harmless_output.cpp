#include "app/cli/harmless_output.h"

#include <string>
#include <utility>

#include "core/error.h"

namespace salient::cli {

namespace {

constexpr char kLead = '\xC2';

}  // namespace

HarmlessOutput::~HarmlessOutput() {
    if (is_lead_held_) target_.sputc(kLead);
}

HarmlessOutput::int_type HarmlessOutput::overflow(int_type character) {
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    const char byte = traits_type::to_char_type(character);
    std::string text(std::exchange(is_lead_held_, false) ? 1 : 0, kLead);
    if (byte == kLead) {
        is_lead_held_ = true;
    } else if (byte == '\n') {
        text += byte;
    } else {
        text = onOneLine(text + byte);
    }
    const auto size = static_cast<std::streamsize>(text.size());
    return target_.sputn(text.data(), size) == size ? character : traits_type::eof();
}

int HarmlessOutput::sync() { return target_.pubsync(); }

}  // namespace salient::cli
