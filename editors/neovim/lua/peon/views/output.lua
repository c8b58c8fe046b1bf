--- All that a tool has said, in a tab: what is kept apart is read page by page.

local session = require("peon.session")

local M = {}

local PAGE = 1024 * 1024

local function append(buffer, text)
  local last = vim.api.nvim_buf_line_count(buffer) - 1
  local line = vim.api.nvim_buf_get_lines(buffer, last, last + 1, false)[1]
  local lines = vim.split(line .. text:gsub("\r\n?", "\n"), "\n", { plain = true })
  vim.api.nvim_buf_set_lines(buffer, last, last + 1, false, lines)
end

local function read(buffer, blob_id, offset, done)
  local params = { blobId = blob_id, offset = offset, limit = PAGE }
  session.request("blob/read", params, function(err, page)
    if not vim.api.nvim_buf_is_valid(buffer) then
      return
    elseif err then
      append(buffer, ("\n(%s)"):format(err.message))
      return done()
    end
    append(buffer, page.encoding == "text" and page.data or "(no text)")
    if page.next and page.encoding == "text" then
      return read(buffer, blob_id, page.next, done)
    end
    done()
  end)
end

local function fill(buffer, contents, index)
  local content = contents[index]
  if not content then
    vim.bo[buffer].modifiable = false
    vim.bo[buffer].modified = false
    return
  end
  local function go_on()
    if index < #contents then
      append(buffer, "\n")
    end
    fill(buffer, contents, index + 1)
  end
  if content.type == "stored" then
    return read(buffer, content.blobId, 0, go_on)
  end
  append(
    buffer,
    table.concat(require("peon.views.chat_blocks").output({ content = { content } }), "\n")
  )
  go_on()
end

---@param item peon.ItemView
function M.open(item)
  vim.cmd.tabnew()
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype = "nofile"
  vim.bo[buffer].bufhidden = "wipe"
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].undolevels = -1
  vim.api.nvim_buf_set_name(buffer, ("peon://output/%s"):format(item.itemId))
  vim.keymap.set("n", "q", "<Cmd>tabclose<CR>", { buffer = buffer, nowait = true })
  fill(buffer, item.content or {}, 1)
end

return M
