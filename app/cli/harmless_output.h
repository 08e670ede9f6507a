#pragma once

#include <streambuf>

namespace salient::cli {

/// Passes text on to a terminal, control characters as \xNN: names out of files stand in what is printed, and an escape sequence in one
/// would be obeyed. Line breaks pass: they are the program's own, so names go through onOneLine() where they are printed. Not for JSON,
/// which has its own escapes.
class HarmlessOutput : public std::streambuf {
public:
    explicit HarmlessOutput(std::streambuf& target) : target_(target) {}
    HarmlessOutput(const HarmlessOutput&) = delete;
    HarmlessOutput& operator=(const HarmlessOutput&) = delete;
    ~HarmlessOutput() override;

protected:
    int_type overflow(int_type character) override;
    int sync() override;

private:
    std::streambuf& target_;
    bool is_lead_held_ = false;  // byte C2, which U+0080 to U+009F begin with: what follows decides
};

}  // namespace salient::cli
