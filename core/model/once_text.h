#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace salient {

/// A text that is found out once, by whoever asks first; others that ask meanwhile wait for it. Copies share it. Safe to share between
/// threads.
class OnceText {
public:
    /// `find` gives the text. What it throws is passed on, and the next one asks again.
    template <typename Find>
    [[nodiscard]] const std::string& get(const Find& find) const {
        const std::lock_guard lock(state_->mutex);
        if (!state_->text) state_->text = find();
        return *state_->text;  // which is not changed any more
    }

private:
    struct State {
        std::mutex mutex;
        std::optional<std::string> text;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace salient
