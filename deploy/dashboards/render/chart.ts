import * as echarts from 'echarts'
import { font } from './theme.ts'

/** What ECharts makes of an option, as an SVG of this size. */
export function chart(option: echarts.EChartsOption, width: number, height: number): string {
  const drawn = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    drawn.setOption({ animation: false, textStyle: { fontFamily: font }, ...option })
    return drawn.renderToSVGString()
  } finally {
    drawn.dispose()
  }
}
