#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.h"

namespace salient {

/// Gives what `work` makes of a text, and puts the name of the text's file into what it refuses about it: on its own, work that gets
/// only the text says "text".
template <typename Work>
[[nodiscard]] auto namingText(const std::filesystem::path& file, const Work& work) {
    try {
        return work();
    } catch (const Error& error) {
        constexpr std::string_view kSubject = ": text: ";
        std::string message = error.what();
        const std::size_t found = message.find(kSubject);
        if (found == std::string::npos) throw;
        throw Error(error.code(), message.replace(found, kSubject.size(), ": " + file.string() + ": "));
    }
}

}  // namespace salient
