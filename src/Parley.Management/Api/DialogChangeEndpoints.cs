using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary>What changes one dialog under <c>/api/v1/dialogs/{id}</c>: its lifetime, its values, its profiles.</summary>
internal sealed class DialogChangeEndpoints(
    DialogJson writer,
    ILoggerFactory loggers,
    IDialogApi? dialogs = null,
    DialogPersistence? store = null
) : IManagementEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (dialogs is not null)
            new Bound(dialogs, new DialogFinder(dialogs, store), writer).Map(
                new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management"))
            );
    }

    /// <summary>The paths of an application that has dialogs.</summary>
    private sealed class Bound(IDialogApi dialogs, DialogFinder finder, DialogJson writer)
    {
        private const string Path = ApiRoutes.Prefix + "/dialogs/{id}";
        private const int NoContent = StatusCodes.Status204NoContent;

        /// <summary>Of <see cref="Dialog.Timeout"/>.</summary>
        private const double LongestLifetime = int.MaxValue;

        public void Map(ApiRoutes routes)
        {
            routes.Map(
                "POST",
                Path + "/extend",
                new ApiOperation("extendDialog", "Gives a call more time: seconds beyond what is left of its lifetime.")
                {
                    Body = ApiJson.Default.ApiExtension,
                    Result = ApiJson.Default.ApiLifetime,
                    Changes = true,
                },
                call => OnDialogAsync(call, ExtendAsync)
            );
            routes.Map(
                "PUT",
                Path + "/values/{name}",
                Change("setValue", "Sets a value of a dialog: a text, or a whole number.", ApiJson.Default.ApiValue),
                call => OnDialogAsync(call, SetValueAsync)
            );
            routes.Map(
                "DELETE",
                Path + "/values/{name}",
                Change("removeValue", "Removes a value of a dialog.", null),
                call => OnDialogAsync(call, RemoveValueAsync)
            );
            routes.Map(
                "PUT",
                Path + "/profiles/{name}",
                Change("setProfile", "Puts a dialog into a profile.", ApiJson.Default.ApiProfileValue, isOptional: true),
                call => OnDialogAsync(call, SetProfileAsync)
            );
            routes.Map(
                "DELETE",
                Path + "/profiles/{name}",
                Change(
                    "unsetProfile",
                    "Takes a dialog out of a profile, with one value or with all.",
                    ApiJson.Default.ApiProfileValue,
                    isOptional: true
                ),
                call => OnDialogAsync(call, UnsetProfileAsync)
            );
        }

        private static ApiOperation Change(
            string name,
            string summary,
            System.Text.Json.Serialization.Metadata.JsonTypeInfo? body,
            bool isOptional = false
        ) =>
            new(name, summary)
            {
                Body = body,
                IsBodyOptional = isOptional,
                Status = NoContent,
                Changes = true,
            };

        private async ValueTask<ApiProblem?> OnDialogAsync(ApiCall call, Func<ApiCall, Dialog, ValueTask<ApiProblem?>> change)
        {
            call.Subject = $"id={call.Path("id")}";
            if (await finder.FindAsync(call.Path("id"), call.Cancellation).ConfigureAwait(false) is not { } dialog)
                return DialogEndpoints.NoDialog;
            call.Subject = DialogFinder.SubjectOf(dialog);
            return await change(call, dialog).ConfigureAwait(false);
        }

        private async ValueTask<ApiProblem?> ExtendAsync(ApiCall call, Dialog dialog)
        {
            if (await call.ReadAsync(ApiJson.Default.ApiExtension).ConfigureAwait(false) is not { } body)
                return call.Fault;
            call.Subject += $" seconds={body.Seconds}";
            double lifetime = dialog.RemainingLifetime.TotalSeconds + body.Seconds;
            if (!(body.Seconds >= 0.001) || lifetime > LongestLifetime)
                return ApiProblem.Invalid("The seconds are above zero, and make no lifetime above 68 years.");
            dialog.Timeout = TimeSpan.FromSeconds(lifetime);
            await call.WriteAsync(json =>
                {
                    json.WriteStartObject();
                    writer.WriteLifetime(json, dialog);
                    json.WriteEndObject();
                })
                .ConfigureAwait(false);
            return null;
        }

        private async ValueTask<ApiProblem?> SetValueAsync(ApiCall call, Dialog dialog)
        {
            if (await call.ReadAsync(ApiJson.Default.ApiValue).ConfigureAwait(false) is not { } body)
                return call.Fault;
            string name = call.Path("name");
            call.Subject += $" {name}={body.Value.GetRawText()}";
            try
            {
                if (body.Value.ValueKind == JsonValueKind.String)
                    dialog.Values.Set(name, body.Value.GetString()!);
                else if (body.Value.ValueKind == JsonValueKind.Number && body.Value.TryGetInt64(out long number))
                    dialog.Values.Set(name, number);
                else
                    return ApiProblem.Invalid("The value is a text or a whole number of 64 bits.");
            }
            catch (ArgumentException error)
            {
                return ApiProblem.Invalid(DialogEndpoints.MessageOf(error));
            }

            return Done(call);
        }

        private static ValueTask<ApiProblem?> RemoveValueAsync(ApiCall call, Dialog dialog)
        {
            string name = call.Path("name");
            call.Subject += $" value={name}";
            return ValueTask.FromResult(
                dialog.Values.Remove(name) ? Done(call) : ApiProblem.NotFound("The dialog has no value of this name.")
            );
        }

        private async ValueTask<ApiProblem?> SetProfileAsync(ApiCall call, Dialog dialog)
        {
            (DialogProfile? profile, string? value, ApiProblem? problem) = await ProfileOfAsync(call).ConfigureAwait(false);
            if (profile is null)
                return problem;
            if (profile.HasValue && value is null)
                return ApiProblem.Invalid("The profile has values: give one.");
            return profile.Set(dialog, Encoding.UTF8.GetBytes(value ?? ""), isReplicated: false, null) switch
            {
                DialogProfileResult.Added or DialogProfileResult.Member => Done(call),
                DialogProfileResult.LimitReached => ApiProblem.Conflict("The limit of the profile is reached."),
                _ => ApiProblem.Conflict("The dialog is over."),
            };
        }

        private async ValueTask<ApiProblem?> UnsetProfileAsync(ApiCall call, Dialog dialog)
        {
            (DialogProfile? profile, string? value, ApiProblem? problem) = await ProfileOfAsync(call).ConfigureAwait(false);
            if (profile is null)
                return problem;
            bool was = false;
            foreach (DialogProfileMembership membership in dialog.Profiles.ToList())
                if (membership.Profile == profile && (value is null || membership.Value == value))
                    was |= profile.Unset(dialog, membership.Utf8.Span);
            return was ? Done(call) : ApiProblem.NotFound("The dialog is not in this profile.");
        }

        private async ValueTask<(DialogProfile? Profile, string? Value, ApiProblem? Problem)> ProfileOfAsync(ApiCall call)
        {
            ApiProfileValue? body = await call.ReadAsync(ApiJson.Default.ApiProfileValue).ConfigureAwait(false);
            if (call.Fault is { } fault)
                return (null, null, fault);
            string name = call.Path("name");
            call.Subject += $" profile={name}{(body?.Value is { } given ? "=" + given : "")}";
            if (dialogs.FindProfile(name) is not { } profile)
                return (null, null, ProfileEndpoints.NoProfile);
            if (!profile.HasValue && body?.Value is not null)
                return (null, null, ApiProblem.Invalid("The profile has no values."));
            return (profile, body?.Value, null);
        }

        private static ApiProblem? Done(ApiCall call)
        {
            call.Context.Response.StatusCode = call.Operation.Status;
            return null;
        }
    }
}
