"""One small application described in AsyncAPI 2.6 and in 3.0: it receives orders, answers, and sends mails."""

from __future__ import annotations

SECOND = """asyncapi: 2.6.0
info: {title: Shop, version: 1.0.0, description: Orders}
channels:
  shop/{shopId}/order:
    description: Orders of a shop
    publish:
      operationId: takeOrder
      summary: Take an order
      message: {$ref: '#/components/messages/order'}
  mail:
    subscribe:
      message:
        oneOf:
          - $ref: '#/components/messages/bill'
          - {name: thanks, payload: {type: string, minLength: 3}}
components:
  messages:
    order:
      payload: {$ref: '#/components/schemas/Order'}
      examples: [{payload: {id: 7, lines: [{sku: a}]}}]
    bill: {payload: {type: object, required: [total], properties: {total: {type: number, exclusiveMinimum: 0}}}}
  schemas:
    Order:
      type: object
      required: [id]
      properties:
        id: {type: integer}
        lines: {type: array, items: {$ref: '#/components/schemas/Line'}}
    Line:
      type: object
      properties: {sku: {type: string}, parts: {type: array, items: {$ref: '#/components/schemas/Line'}}}
"""

THIRD = """asyncapi: 3.0.0
info: {title: Shop, version: 1.0.0, description: Orders}
channels:
  orders:
    address: shop/{shopId}/order
    description: Orders of a shop
    messages: {order: {$ref: '#/components/messages/order'}}
  mail:
    messages:
      bill: {$ref: '#/components/messages/bill'}
      thanks: {payload: {type: string, minLength: 3}}
  answers:
    address: null
    messages: {accepted: {payload: {type: boolean}}}
operations:
  takeOrder:
    action: receive
    summary: Take an order
    channel: {$ref: '#/channels/orders'}
    reply: {channel: {$ref: '#/channels/answers'}}
  sendMail: {action: send, channel: {$ref: '#/channels/mail'}}
""" + SECOND[SECOND.index("components:") :]
