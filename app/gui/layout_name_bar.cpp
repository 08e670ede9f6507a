#include "app/gui/layout_name_bar.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>

#include "app/gui/layout_library.h"
#include "widgets/icon.h"

namespace salient {

namespace {
constexpr int kLineWidth = 34;  // at most, in average characters
}

LayoutNameBar::LayoutNameBar(QWidget* parent)
    : QFrame(parent), line_(new QLineEdit(this)), save_(new QPushButton(this)), problem_(new QLabel(this)) {
    setAccessibleName(tr("Save this layout"));
    line_->setAccessibleName(tr("Name of the layout"));
    line_->setToolTip(tr("What the menu View › Layouts calls it"));
    line_->setMaxLength(kLongestLayoutName);
    save_->setToolTip(tr("Keep which pages are shown, where, and how the room is divided"));
    problem_->setText(tr("That one is built in: choose another name."));
    problem_->setWordWrap(true);
    auto* close = new QToolButton(this);
    close->setIcon(icon(QStringLiteral("close")));
    close->setAutoRaise(true);
    close->setToolTip(tr("Do not save (Esc)"));
    close->setAccessibleName(tr("Do not save"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(20, 8, 12, 8);
    layout->setSpacing(12);
    layout->addWidget(new QLabel(tr("Name of the layout"), this));
    layout->addWidget(line_, 3);
    layout->addWidget(save_);
    layout->addWidget(problem_, 2);
    layout->addStretch(1);
    layout->addWidget(close);
    for (QWidget* one : std::initializer_list<QWidget*>{line_, save_, close}) one->installEventFilter(this);
    fitLine();
    refresh();
    hide();
    connect(line_, &QLineEdit::textChanged, this, &LayoutNameBar::refresh);
    connect(line_, &QLineEdit::returnPressed, this, &LayoutNameBar::answer);
    connect(save_, &QPushButton::clicked, this, &LayoutNameBar::answer);
    connect(close, &QToolButton::clicked, this, &LayoutNameBar::putAway);
}

void LayoutNameBar::ask(const QString& proposal, const QStringList& own, const QStringList& built_in) {
    own_ = own;
    built_in_ = built_in;
    if (isHidden()) before_ = QApplication::focusWidget();
    line_->setText(proposal);
    line_->selectAll();
    refresh();
    show();
    line_->setFocus();
}

void LayoutNameBar::refresh() {
    const QString name = line_->text().simplified();
    const bool is_built_in = built_in_.contains(name);
    save_->setText(own_.contains(name) ? tr("Replace") : tr("Save layout"));
    save_->setEnabled(!name.isEmpty() && !is_built_in);
    problem_->setVisible(is_built_in);
}

void LayoutNameBar::answer() {
    if (!save_->isEnabled()) return;
    const QString name = line_->text().simplified();
    putAway();
    emit named(name);
}

void LayoutNameBar::putAway() {
    hide();
    if (before_ && before_->isVisible()) before_->setFocus();
}

bool LayoutNameBar::eventFilter(QObject* watched, QEvent* event) {
    const bool is_key = event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress;
    if (!is_key || static_cast<QKeyEvent*>(event)->key() != Qt::Key_Escape) return QFrame::eventFilter(watched, event);
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept();  // closes this, not what Escape closes elsewhere
    } else {
        putAway();
    }
    return true;
}

void LayoutNameBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::FontChange) fitLine();
}

void LayoutNameBar::fitLine() { line_->setMaximumWidth(kLineWidth * fontMetrics().averageCharWidth()); }

}  // namespace salient
