#pragma once

#include <QGraphicsView>

namespace mantissa::ui {

class Projection;

/// The comparison or a page for a room: over the whole screen, everything as large as the screen allows. The widgets
/// are those of the window, scaled, so they stay live: toggles, charts, hover. Esc leaves.
class ProjectorWindow final : public QGraphicsView {
    Q_OBJECT

  public:
    ProjectorWindow(Projection* content, QWidget* parent);  ///< takes the content over
    ~ProjectorWindow() override;

    Projection& content() const { return *content_; }
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

    Projection* content_;  ///< owned by the scene
    double zoom_ = 1;
};

}  // namespace mantissa::ui
