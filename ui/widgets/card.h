#pragma once

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace mantissa::ui {

/// A bordered surface with a header (title, a quieter subtitle, actions at the right) and a body. What is shown goes
/// into the body.
class Card : public QFrame {
    Q_OBJECT

  public:
    explicit Card(const QString& title = {}, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    void setSubtitle(const QString& subtitle);
    QString title() const;

    /// Actions stand right of the title, in the order in which they were added.
    void addHeaderWidget(QWidget* widget);
    /// What follows stands at the right edge, whatever stands before it.
    void addHeaderStretch();
    /// The body takes all height that the header leaves. Several bodies stack.
    void addBody(QWidget* body, int stretch = 1);
    QVBoxLayout* bodyLayout() { return body_; }

    /// "computing" over the old result; empty hides it.
    void setBusyText(const QString& text);

  private:
    QLabel* title_;
    QLabel* subtitle_;
    QLabel* busy_;
    QHBoxLayout* header_;
    QVBoxLayout* body_;
};

/// A flat button that reads like a link: "Copy table".
QPushButton* linkButton(const QString& text, QWidget* parent = nullptr);

/// A label in the role that the style sheet knows: "secondary", "caption", "errorText", "cautionText" or "". Its
/// text is never taken for HTML.
QLabel* roleLabel(const QString& text, const char* role, QWidget* parent = nullptr);

/// A tool tip that shows `text` as it is: names from files may look like HTML, which Qt would interpret.
QString plainToolTip(const QString& text);

/// Asks the style sheet again after a dynamic property changed.
void restyle(QWidget* widget);

}  // namespace mantissa::ui
