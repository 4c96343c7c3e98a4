#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

const QColor kPaint(190, 26, 30);

void street(Canvas& canvas) {
    fill(canvas, everywhere(), linear({0, 0}, {0, 300}, {{0, QColor(196, 210, 222)}, {1, QColor(226, 226, 220)}}));
    // Houses and trees, far enough behind to be out of focus.
    fill(canvas, rounded({-20, 60, 190, 260}, 4), QColor(168, 152, 136));
    fill(canvas, rounded({330, 40, 220, 280}, 4), QColor(146, 140, 138));
    for (double x = 4; x < 160; x += 50)
        for (double y = 90; y < 260; y += 62) fill(canvas, rounded({x, y, 28, 38}, 2), QColor(92, 98, 110));
    for (double x = 350; x < 512; x += 54)
        for (double y = 74; y < 260; y += 64) fill(canvas, rounded({x, y, 30, 40}, 2), QColor(84, 90, 104));
    fill(canvas, smooth({{140, 290}, {150, 170}, {210, 110}, {290, 120}, {342, 180}, {352, 290}}), QColor(74, 98, 62));
    mottle(canvas, smooth({{140, 290}, {150, 170}, {210, 110}, {290, 120}, {342, 180}, {352, 290}}),
           {.colour = QColor(126, 146, 88), .width = 60, .height = 60, .threshold = 0.52, .seed = 4});
    fill(canvas, rounded({-10, 268, 540, 52}, 0), QColor(128, 126, 122));
    blurAll(canvas, 9);
    const QPainterPath road = polygon({{0, 310}, {512, 310}, {512, 512}, {0, 512}});
    fill(canvas, road, linear({0, 310}, {0, 512}, {{0, QColor(120, 120, 124)}, {1, QColor(86, 86, 92)}}));
    mottle(canvas, road,
           {.colour = QColor(150, 150, 152),
            .width = 26,
            .height = 7,
            .threshold = 0.55,
            .softness = 0.2,
            .strength = 0.3,
            .seed = 9});
    fill(canvas, polygon({{0, 310}, {512, 310}, {512, 318}, {0, 318}}), QColor(160, 158, 154));
    fill(canvas, polygon({{0, 466}, {180, 466}, {170, 478}, {0, 478}}), QColor(206, 204, 196));
    fill(canvas, polygon({{320, 466}, {512, 466}, {512, 478}, {326, 478}}), QColor(206, 204, 196));
}

void wheel(Canvas& canvas, QPointF centre, double radius) {
    fill(canvas, ellipse(centre, radius, radius),
         radial(centre, radius, {{0, QColor(58, 58, 62)}, {0.8, QColor(36, 36, 40)}, {1, QColor(18, 18, 20)}}));
    fill(canvas, ellipse(centre, radius * 0.66, radius * 0.66),
         linear(centre - QPointF(radius, radius), centre + QPointF(radius, radius),
                {{0, QColor(240, 242, 246)}, {1, QColor(118, 124, 134)}}));
    canvas.painter.save();
    canvas.painter.translate(centre);
    for (int spoke = 0; spoke < 5; ++spoke) {
        canvas.painter.rotate(72);
        fill(canvas,
             smooth({{radius * 0.14, radius * 0.2},
                     {radius * 0.36, radius * 0.12},
                     {radius * 0.56, radius * 0.24},
                     {radius * 0.4, radius * 0.42}}),
             QColor(52, 54, 60));
    }
    fill(canvas, ellipse({0, 0}, radius * 0.12, radius * 0.12), QColor(90, 96, 106));
    canvas.painter.restore();
}

QPainterPath bodyShape() {
    QPainterPath body({24, 352});
    body.cubicTo({18, 316}, {22, 292}, {40, 284});
    body.cubicTo({84, 270}, {116, 268}, {150, 262});
    body.cubicTo({186, 220}, {214, 204}, {262, 202});
    body.cubicTo({330, 200}, {368, 214}, {412, 258});
    body.cubicTo({446, 262}, {478, 270}, {486, 286});
    body.cubicTo({494, 310}, {492, 340}, {486, 356});
    body.lineTo({440, 366});
    body.lineTo({66, 366});
    body.closeSubpath();
    return body;
}

void windows(Canvas& canvas) {
    const QBrush glass = linear({180, 210}, {300, 270},
                                {{0, QColor(150, 176, 198)}, {0.5, QColor(60, 76, 94)}, {1, QColor(34, 42, 54)}});
    const QPainterPath front = polygon({{170, 262}, {206, 228}, {236, 216}, {262, 214}, {262, 262}});
    const QPainterPath rear = polygon({{274, 262}, {274, 214}, {320, 216}, {352, 226}, {388, 260}});
    fill(canvas, front, glass);
    fill(canvas, rear,
         linear({280, 210}, {390, 270},
                {{0, QColor(128, 152, 176)}, {0.4, QColor(54, 68, 86)}, {1, QColor(34, 42, 54)}}));
    fill(canvas, polygon({{212, 258}, {236, 218}, {250, 216}, {228, 258}}), withAlpha(Qt::white, 0.28));
}

void car(Canvas& canvas) {
    softFill(canvas, ellipse({256, 398}, 246, 20), withAlpha(Qt::black, 0.75), {.radius = 12});
    const QPainterPath body = bodyShape();
    fill(canvas, body,
         linear({0, 200}, {0, 370},
                {{0, lighter(kPaint, 0.35)},
                 {0.3, lighter(kPaint, 0.12)},
                 {0.55, kPaint},
                 {0.85, lighter(kPaint, -0.35)},
                 {1, lighter(kPaint, -0.7)}}));
    softFill(canvas, curve({{50, 292}, {150, 276}, {400, 274}, {470, 284}, {400, 282}, {150, 286}}),
             withAlpha(Qt::white, 0.8), {.radius = 4, .inside = &body});
    softFill(canvas, polygon({{30, 326}, {480, 322}, {480, 336}, {30, 342}}), withAlpha(Qt::black, 0.3),
             {.radius = 5, .inside = &body});
    windows(canvas);
    canvas.painter.strokePath(curve({{268, 210}, {270, 300}, {264, 356}}), QPen(lighter(kPaint, -0.55), 2));
    canvas.painter.strokePath(curve({{166, 266}, {156, 300}, {160, 330}}), QPen(lighter(kPaint, -0.55), 2));
    canvas.painter.strokePath(curve({{392, 264}, {388, 296}, {372, 322}}), QPen(lighter(kPaint, -0.55), 2));
    for (const double x : {238.0, 352.0}) fill(canvas, rounded({x, 290, 24, 6}, 3), lighter(kPaint, -0.5));
    fill(canvas, smooth({{28, 300}, {44, 288}, {72, 288}, {58, 304}}),
         linear({28, 290}, {72, 304}, {{0, QColor(250, 252, 255)}, {1, QColor(170, 180, 192)}}));
    fill(canvas, smooth({{462, 284}, {486, 286}, {490, 306}, {470, 300}}), QColor(244, 96, 66));
    fill(canvas, rounded({20, 340, 44, 18}, 6), QColor(46, 46, 50));
    fill(canvas, smooth({{152, 256}, {162, 246}, {176, 250}, {174, 264}, {158, 264}}), lighter(kPaint, -0.15));
    for (const double x : {118.0, 398.0}) {
        fill(canvas, ellipse({x, 358}, 53, 52), QColor(22, 20, 22));
        wheel(canvas, {x, 362}, 45);
    }
}

}  // namespace

QImage drawAutomobile() {
    Canvas canvas(12);
    street(canvas);
    car(canvas);
    return canvas.image;
}

}  // namespace mantissa::samples
