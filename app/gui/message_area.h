#pragma once

#include <QFrame>

class QLabel;
class QToolButton;

namespace salient {

/// One message above the page, until it is dismissed or replaced: what failed and why, or what was done. Never modal.
class MessageArea : public QFrame {
    Q_OBJECT
public:
    enum class Kind { Note, Error };

    explicit MessageArea(QWidget* parent = nullptr);
    void showMessage(Kind kind, const QString& title, const QString& text);
    void dismiss();
    [[nodiscard]] QString text() const;
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    Kind kind_ = Kind::Note;
    QLabel* icon_;
    QLabel* text_;
    QToolButton* copy_;
    QToolButton* close_;
};

}  // namespace salient
