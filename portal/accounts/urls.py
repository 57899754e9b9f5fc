"""Sign-in, the second factor and messages.

allauth's views are named one by one: those that need e-mail (confirming, resetting) are left out, for nobody here has one.
"""

from allauth.account import views as account
from django.urls import include, path

from portal.accounts.views import channels, messages, sessions

app_name = "accounts"

urlpatterns = [
    path("messages/", messages.message_list, name="message_list"),
    path("messages/read/", messages.message_read_all, name="message_read_all"),
    path("messages/<int:pk>/read/", messages.message_read, name="message_read"),
    path("messages/channels/", channels.channel_list, name="channel_list"),
    path("messages/channels/new/", channels.channel_create, name="channel_create"),
    path("messages/channels/<int:pk>/", channels.channel_edit, name="channel_edit"),
    path("messages/channels/<int:pk>/test/", channels.channel_test, name="channel_test"),
    path("messages/channels/<int:pk>/remove/", channels.channel_remove, name="channel_remove"),
]

# Without a namespace: allauth finds its own pages by these names.
allauth_urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/forgotten/", sessions.password_forgotten, name="account_reset_password"),
    path("2fa/", include("allauth.mfa.urls")),
]
