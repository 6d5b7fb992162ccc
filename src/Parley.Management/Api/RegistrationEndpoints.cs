using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Registrar;
using Parley.Sip;

namespace Parley.Management;

/// <summary><c>/api/v1/registrations</c>: the addresses with their contacts.</summary>
internal sealed class RegistrationEndpoints(TimeProvider time, ILoggerFactory loggers, LocationTable? table = null) : IManagementEndpoints
{
    private const string Path = ApiRoutes.Prefix + "/registrations";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (table is not null)
            new Bound(table, time).Map(new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management")));
    }

    /// <summary>The paths of an application that has a registrar.</summary>
    private sealed class Bound(LocationTable table, TimeProvider time)
    {
        public void Map(ApiRoutes routes)
        {
            routes.Map(
                "GET",
                Path,
                new ApiOperation("listRegistrations", "The addresses that have contacts, page by page.")
                {
                    Parameters =
                    [
                        new ApiParameter("aor", "A part of the address, in whatever case."),
                        new ApiParameter("limit", "How many at once, 1 to 1000, 100 when left out.", "integer"),
                        new ApiParameter("cursor", "Where the page before ended: its next."),
                    ],
                    Result = ApiJson.Default.ApiRegistrationList,
                },
                ListAsync
            );
            routes.Map(
                "DELETE",
                Path + "/{aor}",
                new ApiOperation("removeRegistration", "Takes back all contacts of an address, or one of them.")
                {
                    Parameters = [new ApiParameter("contact", "The URI of the contact; left out: all.")],
                    Status = StatusCodes.Status204NoContent,
                    Changes = true,
                },
                RemoveAsync
            );
        }

        private async ValueTask<ApiProblem?> ListAsync(ApiCall call)
        {
            int limit = call.Number("limit", 1, DialogListing.MostAtOnce) ?? DialogListing.DefaultLimit;
            byte[]? part = call.Text("aor") is { } text ? Encoding.UTF8.GetBytes(text) : null;
            byte[]? after = call.Text("cursor") is { } cursor ? Encoding.UTF8.GetBytes(cursor) : null;
            if (call.Fault is { } fault)
                return fault;
            List<AddressOfRecord> addresses = First(limit + 1, part, after);
            string? next = addresses.Count > limit ? addresses[limit - 1].ToString() : null;
            var items = new List<ApiRegistration>(limit);
            foreach (AddressOfRecord address in addresses.Take(limit))
                if (table.BindingsOf(address) is { Count: > 0 } bindings)
                    items.Add(new ApiRegistration(address.ToString(), [.. bindings.Select(Of)]));
            var list = new ApiRegistrationList(items, next, table.AddressCount);
            await call.WriteAsync(list, ApiJson.Default.ApiRegistrationList).ConfigureAwait(false);
            return null;
        }

        /// <summary>The first addresses behind one, in the order of their bytes: so that a page begins where another ended, whatever came and went.</summary>
        private List<AddressOfRecord> First(int count, byte[]? part, byte[]? after)
        {
            var queue = new PriorityQueue<AddressOfRecord, AddressOfRecord>(
                Comparer<AddressOfRecord>.Create(static (a, b) => b.Bytes.SequenceCompareTo(a.Bytes))
            );
            foreach (AddressOfRecord address in table.Addresses)
            {
                if (after is not null && address.Bytes.SequenceCompareTo(after) <= 0)
                    continue;
                if (part is not null && !SearchBox.Contains(address.Bytes, part))
                    continue;
                if (queue.Count < count)
                    queue.Enqueue(address, address);
                else
                    queue.EnqueueDequeue(address, address);
            }

            var list = new List<AddressOfRecord>(queue.Count);
            while (queue.TryDequeue(out AddressOfRecord? address, out _))
                list.Add(address);
            list.Reverse();
            return list;
        }

        private ValueTask<ApiProblem?> RemoveAsync(ApiCall call) => ValueTask.FromResult(Remove(call));

        private ApiProblem? Remove(ApiCall call)
        {
            call.Subject = $"aor={call.Path("aor")}";
            string? contact = call.Text("contact");
            if (contact is not null)
                call.Subject += $" contact={contact}";
            if (call.Fault is { } fault)
                return fault;
            if (!AddressOfRecord.TryParse(call.Path("aor"), table.Options, out AddressOfRecord? address))
                return ApiProblem.Invalid("The address is none; give user@domain.");
            bool was;
            if (contact is null)
                was = table.Clear(address);
            else if (SipUri.TryParse(contact, out SipUri? uri))
                was = table.Unbind(address, uri);
            else
                return ApiProblem.Invalid("The parameter contact is no URI.");
            if (!was)
                return ApiProblem.NotFound(contact is null ? "The address has no contacts." : "The address has no such contact.");
            call.Context.Response.StatusCode = call.Operation.Status;
            return null;
        }

        private ApiContact Of(Binding binding)
        {
            TimeSpan left = table.RemainingOf(binding);
            return new ApiContact
            {
                Uri = binding.Contact.ToString(),
                Expires = left == TimeSpan.MaxValue ? null : time.GetUtcNow() + left,
                Q = binding.Q / 1000.0,
                Received = binding.Flow?.Remote.ToString(),
                Socket = binding.Flow?.Listener.ToString(),
                Flow = binding is { FlowUse: not FlowUse.None, Flow: not null, IsWithoutFlow: false },
                UserAgent = binding.UserAgent,
                Instance = binding.InstanceId,
                CallId = binding.CallId,
                Path = [.. binding.Path.Select(Encoding.UTF8.GetString)],
            };
        }
    }
}
