#pragma once

#include <QGraphicsView>

namespace mantissa::ui {

class ProjectorContent;
class Session;

/// The comparison for a room: over the whole screen, everything as large as the screen allows, four views that a
/// clicker's Page Up and Page Down turn. The widgets are those of the window, scaled, so they stay live: toggles,
/// charts, hover.
class ProjectorWindow final : public QGraphicsView {
    Q_OBJECT

  public:
    explicit ProjectorWindow(Session& session, QWidget* parent);
    ~ProjectorWindow() override;

    ProjectorContent& content() const { return *content_; }
    double zoom() const { return zoom_; }

  signals:
    void left();

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void fit();
    bool passesKey(int key);  ///< false: it was one of the mode's own

    ProjectorContent* content_;  ///< owned by the scene
    double zoom_ = 1;
};

}  // namespace mantissa::ui
