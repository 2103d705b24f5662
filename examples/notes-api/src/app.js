// Notes behind API Gateway: one function for the REST API (payload 1.0) and for the HTTP API (payload 2.0).
import { deleteNote, findNote, listNotes, putNote, updateNote } from './notes.js'
import { readNote } from './validation.js'

const routes = {
  'POST /notes': async ({ body }) => {
    const { note, errors } = readNote(body)
    return errors ? invalid(errors) : answer(201, await putNote(note))
  },
  'GET /notes': async ({ query }) => {
    if (!query.notebook) return invalid([{ field: 'notebook', message: 'is required, as in ?notebook=work' }])
    const limit = Number(query.limit ?? 20)
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
      return invalid([{ field: 'limit', message: 'must be a whole number from 1 to 100' }])
    }
    return answer(200, await listNotes(query.notebook, limit, query.next))
  },
  'GET /notes/{id}': async ({ id }) => found(await findNote(id), id),
  'PUT /notes/{id}': async ({ id, body }) => {
    const { note, errors } = readNote(body)
    return errors ? invalid(errors) : found(await updateNote(id, note), id)
  },
  'DELETE /notes/{id}': async ({ id }) => ((await deleteNote(id)) ? answer(204) : missing(id)),
}

export const handler = async (event) => {
  const request = event.version === '2.0' ? readHttpApi(event) : readRestApi(event)
  const route = routes[request.route]
  return route ? route(request) : answer(405, { message: `No such operation: ${request.route}` })
}

const readRestApi = (event) => ({
  route: `${event.httpMethod} ${event.resource}`,
  id: event.pathParameters?.id,
  query: event.queryStringParameters ?? {},
  body: decode(event),
})

const readHttpApi = (event) => ({
  route: event.routeKey,
  id: event.pathParameters?.id,
  query: event.queryStringParameters ?? {},
  body: decode(event),
})

const decode = ({ body, isBase64Encoded }) =>
  body && isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body

const answer = (statusCode, content) => ({
  statusCode,
  headers: {
    'Content-Type': 'application/json',
    'Access-Control-Allow-Origin': process.env.ALLOWED_ORIGIN,
  },
  body: content === undefined ? '' : JSON.stringify(content),
})

const invalid = (errors) => answer(400, { message: 'The request is not valid', errors })
const missing = (id) => answer(404, { message: `There is no note ${id}` })
const found = (note, id) => (note ? answer(200, note) : missing(id))
