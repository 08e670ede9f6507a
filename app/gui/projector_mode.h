#pragma once

class QMainWindow;

namespace salient {

/// Large type and full screen for a room: the whole window, whatever view it shows.
class ProjectorMode {
public:
    static constexpr double kScale = 1.6;

    explicit ProjectorMode(QMainWindow& window) : window_(window) {}

    [[nodiscard]] bool isOn() const noexcept { return is_on_; }
    void setOn(bool on);

private:
    void scaleFonts(double factor);

    QMainWindow& window_;
    bool is_on_ = false;
    bool was_maximized_ = false;
};

}  // namespace salient
